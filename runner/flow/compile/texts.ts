import type { Scalar } from "yaml";
import { SourceRange } from "../../scenario/source/diagnostic.ts";
import type { PathValue, Value } from "../types.ts";
import type { ValueSchema } from "../vocabulary.ts";
import { GATEWAY_PATH } from "./roots.ts";
import type { StepContext } from "./step-context.ts";
import type { Segment } from "./use.ts";

const PIECE = /\$\$\{|\$\{([^}]*)(\}?)/g;
/** A name, then members and indexes. */
const PATH = /^[\p{ID_Start}$_][\p{ID_Continue}$]*(?:\.[\p{ID_Continue}$-]+|\[\d+\])*$/u;
const FORBIDDEN_MEMBERS: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/** A text's value, and what is known of it where it is the value at a path. */
export interface TextValue {
  value: Value;
  /** It is known only when the scenario runs. */
  shape?: ValueSchema | undefined;
}

/** Compiles a text with `${path}` in it. @returns undefined if a path is wrong, which is reported */
export function compileText({ flow, roots }: StepContext, scalar: Scalar<string>): TextValue | undefined {
  const text = scalar.value;
  if (!text.includes("${")) return { value: { kind: "literal", value: text } };
  const locate = flow.locator(scalar);
  const parts: (string | PathValue)[] = [];
  let shape: ValueSchema | undefined;
  let from = 0;
  let isWrong = false;
  for (const found of text.matchAll(PIECE)) {
    const [whole, path, end] = found;
    if (found.index > from) parts.push(text.slice(from, found.index));
    from = found.index + whole.length;
    if (path === undefined) {
      parts.push("${");
      continue;
    }
    const start = found.index + 2;
    if (end === "" || !PATH.test(path) || namesOf(path).some(({ name }) => FORBIDDEN_MEMBERS.has(name))) {
      flow.diagnostics.error(new SourceRange(flow.source.file, locate, found.index, from), {
        code: "invalid-path",
        message: end === "" ? "a `$" + "{` has no closing `}`" : `\`${path}\` cannot stand in \`\${…}\``,
        hint: "A path is a name with members and indexes, such as `reply.text` or `list[0]`; for anything else use `expr`. `$${` is a literal `${`.",
      });
      isWrong = true;
      continue;
    }
    const [root, ...members] = namesOf(path).map(
      ({ name, offset }): Segment => ({
        name,
        range: new SourceRange(flow.source.file, locate, start + offset, start + offset + name.length),
      }),
    );
    if (!root) continue;
    shape = roots.use([root, ...members]);
    const names = [root, ...members].map(({ name }) => name);
    parts.push({ kind: "path", path: names[0] === "gateway" ? [...GATEWAY_PATH, ...names.slice(1)] : names });
  }
  if (isWrong) return undefined;
  if (from < text.length) parts.push(text.slice(from));
  const [only] = parts;
  if (parts.length === 1 && typeof only === "object") return { value: only, shape };
  if (parts.every((part) => typeof part === "string"))
    return { value: { kind: "literal", value: parts.join("") } };
  return { value: { kind: "text", parts }, shape: { type: "string" } };
}

function namesOf(path: string): { name: string; offset: number }[] {
  return [...path.matchAll(/[^.[\]]+/g)].map(({ 0: name, index }) => ({ name, offset: index }));
}
