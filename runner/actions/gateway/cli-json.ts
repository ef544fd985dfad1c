/**
 * The JSON that a command printed, whatever log lines are around it: the last value that is not a log record
 * itself.
 * @returns undefined when there is none
 */
export function jsonIn(output: string): unknown {
  const text = output.trim();
  const whole = parse(text);
  if (whole !== undefined) return whole;
  const lines = text.split("\n");
  let found: unknown;
  for (let first = 0; first < lines.length; first++) {
    if (!/^[[{]/.test(lines[first] ?? "")) continue;
    const { value, end } = valueFrom(lines, first);
    if (value === undefined) continue;
    if (!isLogRecord(value)) found = value;
    first = end;
  }
  return found;
}

/** The value that begins on this line; it ends with the first line up to which the lines are JSON. */
function valueFrom(lines: readonly string[], first: number): { value?: unknown; end: number } {
  for (let end = first; end < lines.length; end++) {
    // Only a closing bracket can end it, and trying costs time.
    if (!/[\]}]\s*$/.test(lines[end] ?? "")) continue;
    const value = parse(lines.slice(first, end + 1).join("\n"));
    if (value !== undefined) return { value, end };
  }
  return { end: first };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isLogRecord(value: unknown): boolean {
  const { level, logLevel, severity, message, msg, time, timestamp } = (value ?? {}) as Record<
    string,
    unknown
  >;
  const isGraded = [level, logLevel, severity].some((grade) => typeof grade === "string");
  return isGraded && [message, msg, time, timestamp].some((field) => typeof field === "string");
}
