import { QaError } from "../base/errors.ts";
import { isJsonObject } from "../base/json.ts";
import { BODY_SCHEMAS } from "./schemas.ts";

interface MemberSchema {
  enum?: readonly string[];
  minLength?: number;
  required?: readonly string[];
  properties?: Readonly<Record<string, MemberSchema>>;
  type?: string;
}

/**
 * Flows are not type-checked: a message that lacks something is named here, before it is stored.
 * @throws QaError `bad-argument`, fault scenario
 */
export function checkInboundMessage(input: unknown): void {
  check("inbound", input, "{ conversation: { id, kind }, senderId, text, threadId?, … }");
}

/** The same for messages of the gateway. @throws QaError `bad-argument`, fault scenario */
export function checkOutboundMessage(input: unknown): void {
  check("outbound", input, '{ to: "dm:<user>", text, threadId?, … }');
}

function check(direction: "inbound" | "outbound", input: unknown, shape: string): void {
  const problem = problemOf(BODY_SCHEMAS[direction], input, "");
  if (problem === undefined) return;
  throw new QaError(`${direction} message: ${problem}`, {
    code: "bad-argument",
    fault: "scenario",
    hint: `A message looks like ${shape}.`,
  });
}

/** The first member that must be there and is not, or is not one of its choices. */
function problemOf(schema: MemberSchema, value: unknown, path: string): string | undefined {
  if (schema.properties) {
    const { properties, required = [] } = schema;
    const members = isJsonObject(value) ? value : {};
    for (const name of required) {
      const problem = problemOf(
        properties[name] ?? {},
        members[name],
        path === "" ? name : `${path}.${name}`,
      );
      if (problem !== undefined) return problem;
    }
    return undefined;
  }
  if (schema.enum) {
    const fits = schema.enum.some((choice) => choice === value);
    return fits ? undefined : `${path} must be one of ${schema.enum.join(", ")}`;
  }
  return typeof value === "string" && value.length >= (schema.minLength ?? 0)
    ? undefined
    : `${path} is missing`;
}
