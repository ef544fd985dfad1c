import { printable } from "../../../base/text.ts";

export type Attributes = Readonly<Record<string, string | number | undefined>>;

/**
 * An XML element on lines of its own. What is undefined is left out.
 * @param content elements made by this function, or text
 */
export function element(
  name: string,
  attributes: Attributes,
  content: readonly string[] | string = [],
): string {
  const head = [name, ...attributeTexts(attributes)].join(" ");
  if (typeof content === "string") return `<${head}>${escapeXml(content)}</${name}>\n`;
  if (content.length === 0) return `<${head}/>\n`;
  const inner = content.join("");
  return `<${head}>\n${inner}</${name}>\n`;
}

function attributeTexts(attributes: Attributes): string[] {
  return Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}="${escapeAttribute(`${value}`)}"`],
  );
}

/** Text that an XML 1.0 parser accepts and gives back, without what no XML document may contain. */
function escapeXml(text: string): string {
  return printable(text)
    .toWellFormed()
    .replace(/[\ufffe\uffff]/g, "\ufffd")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
}

/** White space as references: a parser would turn it into spaces. */
function escapeAttribute(text: string): string {
  return escapeXml(text).replaceAll('"', "&quot;").replaceAll("\t", "&#9;").replaceAll("\n", "&#10;");
}
