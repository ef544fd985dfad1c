import { expect, it } from "vitest";
import { attack, CRAWL } from "../../flow/testing/attack.ts";
import type { ActionContext } from "../context.ts";
import { importActions } from "./imports.ts";

const CONTEXT: Pick<ActionContext, "permissions" | "scenarioPath"> = {
  permissions: new Set(),
  scenarioPath: "/pack/scenario.md",
};
const qaImport = (specifier: string) => importActions.qaImport.run(CONTEXT as ActionContext, { specifier });

it("modules that every scenario may import hold nothing of the host's, and nothing that changes it", async () => {
  const found = await attack(
    `${CRAWL}
    known.add(Array.prototype[Symbol.unscopables]);
    const modules = await Promise.all(['assert', 'crypto', 'path', 'querystring', 'url', 'util'].map((name) => findSkill(name, 1)));
    const hash = modules[1].createHash('sha256').update('x');
    const bad = crawl([...modules.entries(), ['hash', hash], ['digest', hash.digest()]]);
    const util = modules[5];
    // Copies of data that has no prototype have none either.
    return [bad.filter((path) => !/\\.(?:constants|styles|colors)$/.test(path)), known.size > 2000, util.inherits, util._extend, modules[1].setEngine, modules[1].default.setEngine, util.format('%s', 1)];`,
    { findSkill: qaImport },
  );
  expect(found).toEqual([[], true, undefined, undefined, undefined, undefined, "1"]);
});
