import { expect, it } from "vitest";
import { fixFor } from "./fix.ts";

it("proposes a name for the text that is marked, in its quotes, and nothing for another text", () => {
  const hint = "Did you mean `expectSkill`?";
  expect(fixFor(hint, "expectSkil")).toBe("expectSkill");
  expect(fixFor(`${hint} Possible here: \`a\`.`, '"expectSkil"')).toBe('"expectSkill"');
  expect(fixFor(hint, "")).toBeUndefined();
  expect(fixFor(hint, "a whole statement that holds it")).toBeUndefined();
  expect(fixFor("Possible here: `a`.", "b")).toBeUndefined();
  expect(fixFor(undefined, "b")).toBeUndefined();
});
