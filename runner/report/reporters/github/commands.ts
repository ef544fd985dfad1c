import { printable, shorten } from "../../../base/text.ts";

/** The runner cuts off what is longer. */
const LONGEST_MESSAGE = 4096;
/** Of the checks that annotations become. */
const LONGEST_TITLE = 255;

/** A message that the service shows at a line of a file. */
export interface Annotation {
  level: "error" | "warning";
  title: string;
  message: string;
  /** Relative to the workspace; absent where the annotation belongs to no file there. */
  file?: string;
  line?: number;
  column?: number;
}

/** The workflow command that makes an annotation, as one line without its end. */
export function annotationCommand({ level, title, message, file, line, column }: Annotation): string {
  const properties = { file, line, col: column, title: shorten(printable(title), LONGEST_TITLE) };
  const given = Object.entries(properties).filter(([, value]) => value !== undefined);
  const list = given.map(([name, value]) => `${name}=${escapeProperty(`${value}`)}`).join(",");
  return `::${level} ${list}::${escapeData(shorten(printable(message), LONGEST_MESSAGE))}`;
}

function escapeData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
