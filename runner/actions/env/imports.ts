import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { BlockedError, errorMessage, QaError } from "../../base/errors.ts";
import type { ActionContext } from "../context.ts";
import { actionsOf } from "../define.ts";
import { opaque, STRING } from "../schema.ts";

/** Modules that only compute: any scenario may import them. */
const HARMLESS = ["node:assert", "node:crypto", "node:path", "node:querystring", "node:url", "node:util"];

/** What changes the process, or an object that it is given: nothing that a scenario gets may. */
const OMITTED = new Set(["setEngine", "setFips", "setTraceSigInt", "inherits", "_extend"]);

async function importHarmless(name: string): Promise<object> {
  const module: { default?: unknown } = await import(name);
  const members = Object.fromEntries(
    Object.entries(module).filter(([key]) => key !== "default" && !OMITTED.has(key)),
  );
  // `assert` is a function itself.
  return { ...members, default: typeof module.default === "function" ? module.default : members };
}

/** The module's full name, if any scenario may import it. */
function harmlessModule(specifier: string): string | undefined {
  return HARMLESS.find((name) => name === specifier || name === `node:${specifier}`);
}

/** What is wrong with a module of a scenario, or is missing, is not the product's. @throws QaError `import-failed` */
async function importOwn(specifier: string, from: string): Promise<unknown> {
  try {
    return await import(from);
  } catch (error) {
    throw new QaError(`qaImport: ${specifier} cannot be imported: ${errorMessage(error)}`, {
      code: "import-failed",
      fault: "scenario",
      hint: "Look at the module and at what it imports; packages are found from where this program is installed.",
      cause: error,
    });
  }
}

/**
 * @throws QaError `permission-required`, `import-failed`; BlockedError when the module belongs to another runner
 */
async function importModule(
  { permissions, scenarioPath }: ActionContext,
  specifier: string,
): Promise<unknown> {
  const harmless = harmlessModule(specifier);
  if (harmless) return importHarmless(harmless);
  if (!permissions.has("import")) {
    throw new QaError(`qaImport: ${specifier} needs a permission that the scenario does not declare`, {
      code: "permission-required",
      fault: "scenario",
      hint: `Declare \`permissions: [import]\`. Without it there are ${HARMLESS.join(", ")}.`,
    });
  }
  if (!specifier.startsWith(".")) return importOwn(specifier, specifier);
  const path = resolve(dirname(scenarioPath), specifier);
  if (existsSync(path)) return importOwn(specifier, pathToFileURL(path).href);
  throw new BlockedError(
    "fixture-module",
    `qaImport: ${specifier} is not beside the scenario; it may be a part of the runner that the scenario was written for`,
    undefined,
    "harness",
  );
}

export const importActions = actionsOf("core", (define) => ({
  qaImport: define({
    summary: `Imports a module. ${HARMLESS.join(", ")} are there for every scenario; others need \`permissions: [import]\`. A relative path starts at the scenario file.`,
    params: { specifier: { ...STRING, description: "for instance `node:path`" } },
    main: "specifier",
    positional: ["specifier"],
    inSteps: "nothing: what needs code is an action",
    returns: opaque("the module"),
    permissionOf: (specifier) =>
      specifier !== undefined && harmlessModule(specifier) ? undefined : "import",
    run: (context, { specifier }) => importModule(context, specifier),
  }),
}));
