/** Members whose texts belong to the author's flow or the gateway, white space included. */
const VERBATIM: ReadonlySet<string> = new Set(["config", "gatewayConfigPatch"]);

/** Metadata with the texts trimmed, so that a stray blank never makes a different id or tag. */
export function trimTexts(value: unknown): unknown {
  if (typeof value === "string") return value.trim();
  if (Array.isArray(value)) return value.map(trimTexts);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, VERBATIM.has(name) ? member : trimTexts(member)]),
  );
}
