import { mayBeLeftOut } from "../flow/arguments.ts";
import type {
  FunctionEntry,
  ObjectEntry,
  ValueEntry,
  ValueSchema,
  Vocabulary,
  VocabularyEntry,
} from "../flow/vocabulary.ts";

/** Subjects in the order a reader meets them. */
const SUBJECTS: readonly [subject: string, title: string, intro: string][] = [
  ["env", "`env`: the run", "The first argument of most functions, and the way to the gateway itself."],
  ["channel", "Channel", "What people write to the agent, and what it sends."],
  [
    "transport",
    "`transport`",
    "The channel in words that fit every channel; the flow's shorthands call these.",
  ],
  [
    "config",
    "Config",
    "Changing the gateway's config while it runs, as clients and as people with an editor do.",
  ],
  ["gateway", "Gateway", "Is it up, and is it still the same process?"],
  [
    "restart",
    "Restarts",
    "Another process behind the same address: has there been one, and how long was the address silent?",
  ],
  ["update", "Updates", "A gateway that replaces itself: what came of it."],
  ["skills", "Skills", ""],
  ["plugins", "Plugins", ""],
  ["sessions", "Sessions", ""],
  ["agent", "Agent", "Turns of the agent, started over RPC; their replies go to the channel."],
  ["tools", "Tools", "What the agent is offered, and the same tools for other callers."],
  ["http", "Fakes of services", "What a scenario's own fakes of third-party services were asked."],
  ["model", "Model", "The scripted model behind the agent: what it was asked, and when it may answer."],
  ["images", "Images", "Pictures for vision models, and those that a turn makes."],
  ["cron", "Cron", ""],
  ["memory", "Memory", ""],
  ["logs", "Logs", ""],
  [
    "judgements",
    "Judgements",
    "What upstream's scenarios say about texts of a model. Prefer an exact marker in a scenario of your own.",
  ],
  [
    "web",
    "Web pages",
    "Pages in a browser of this machine, such as the Control UI of a release. They need the permission `process`.",
  ],
  ["core", "Everything else", ""],
  [
    "not-offered",
    "Not offered",
    "Names that upstream's scenarios use and that this runner cannot serve: a scenario that calls one ends as *blocked*.",
  ],
];

/** docs/actions.md, made from the declarations of the vocabulary. */
export function actionReference(vocabulary: Vocabulary): string {
  const parts = [
    "# Actions",
    "",
    "What a flow can call and name. Generated from the declarations in `runner/actions` by `pnpm generate`;",
    "change them there. Times are milliseconds. `?` marks what may be left out. An action's parameters have names, and",
    "one of them may be its main one. *Called*: with positional arguments, as `call` and expressions do; an argument in",
    "braces is an object that holds these parameters, and may hold `env` as well. *Only reads*: it leaves the gateway as",
    "it was, and may be called on one that is already running. *Needs*: where the gateway lacks this, the",
    "scenario ends as blocked. Steps below headings have [statements](statements.md) instead: of the same name, or as",
    "each action says.",
    "",
    "What the chosen gateway cannot do ends the scenario as *blocked*, with the missing capability named: an RPC",
    "method that it does not know, a file that cannot be reached, a tool that it does not bring. It is never a pass,",
    "and a `catch` in the flow does not see it. The embedded gateway alone must know",
    "every method that this repository's own scenarios call: one that it does not know is a failure.",
    "",
  ];
  for (const [name, entry] of Object.entries(vocabulary)) {
    if (entry.kind === "function" && !SUBJECTS.some(([subject]) => subject === entry.subject))
      throw new Error(`${name} would not be in the reference: its subject ${entry.subject} has no section`);
  }
  for (const [subject, title, intro] of SUBJECTS) {
    parts.push(`## ${title}`, "");
    if (intro) parts.push(intro, "");
    for (const [name, entry] of Object.entries(vocabulary)) parts.push(...describe(name, entry, subject));
  }
  return `${parts.join("\n").trimEnd()}\n`;
}

function describe(name: string, entry: VocabularyEntry, subject: string): string[] {
  if (entry.kind === "object") return describeObject(name, entry, subject);
  if (entry.subject !== subject) return [];
  return entry.kind === "function" ? describeFunction(name, entry) : [describeValue(name, entry), ""];
}

function describeFunction(name: string, entry: FunctionEntry): string[] {
  const { params, main, returns } = entry;
  const lines = [`### \`${name}\``, "", entry.summary, "", `- called: \`${name}(${placesOf(entry)})\``];
  for (const [parameter, schema] of Object.entries(params)) {
    // A call has no way to write a matcher.
    if (schema.matches) continue;
    lines.push(describeParameter(parameter, schema, main));
  }
  lines.push(`- returns: ${resultText(returns)}`);
  if (entry.inSteps) lines.push(`- in steps below headings: ${entry.inSteps}`);
  if (entry.aliases?.length)
    lines.push(`- also known as: ${entry.aliases.map((alias) => `\`${alias}\``).join(", ")}`);
  if (entry.effect === "reads") lines.push("- only reads");
  if (entry.effect === "converses") lines.push("- only talks to the gateway");
  if (entry.needs) lines.push(`- needs: \`${entry.needs}\``);
  return [...lines, ""];
}

/** `env, { patch, note? }`: the positional arguments of a call. */
function placesOf({ params, positional = [] }: FunctionEntry): string {
  const placed = new Set(positional.flatMap(({ name, takes }) => (takes === "value" ? [name] : [])));
  const held = Object.keys(params).filter((name) => !placed.has(name) && !params[name]?.matches);
  return positional
    .map(({ name, takes, optional }) => {
      const mark = optional ? "?" : "";
      if (takes !== "members") return `${takes === "rest" ? "..." : ""}${name}${mark}`;
      return `{ ${held.map((member) => `${member}${mayBeLeftOut(params[member]) ? "?" : ""}`).join(", ")} }${mark}`;
    })
    .join(", ");
}

function describeParameter(name: string, schema: ValueSchema, main: string | undefined): string {
  const type = typeText(schema);
  return `- \`${name}\`${name === main ? " (main)" : ""}${type ? `, \`${type}\`` : ""}: ${remarksOn(schema)}`;
}

/** What is said of a parameter: what it is, its default, and whether it may be left out. */
export function remarksOn(schema: ValueSchema): string {
  const { default: fallback, description, additionalProperties } = schema;
  const isLiteral =
    schema.literal || (typeof additionalProperties === "object" && additionalProperties.literal);
  const remarks = [
    description,
    isLiteral ? "taken literally" : undefined,
    fallback === undefined ? undefined : `default ${JSON.stringify(fallback)}`,
    mayBeLeftOut(schema) && fallback === undefined && !description?.includes("default")
      ? "may be left out"
      : undefined,
  ].filter((remark) => remark !== undefined);
  return remarks.join("; ");
}

function resultText(schema: ValueSchema): string {
  const { description, opaque, optional } = schema;
  const type = opaque ?? (typeText(schema) && `\`${typeText(schema)}\``);
  const text = [type, description].filter(Boolean).join(": ");
  return optional && opaque !== "nothing" ? `${text}, or undefined` : text;
}

/** A schema in TypeScript's notation; empty for anything. */
export function typeText(schema: ValueSchema): string {
  const {
    type,
    enum: choices,
    const: only,
    anyOf,
    items,
    properties,
    required = [],
    additionalProperties,
  } = schema;
  if (schema.function !== undefined) return schema.function;
  if (schema.opaque !== undefined) return schema.opaque;
  if (anyOf) return anyOf.map(typeText).join(" or ");
  if (choices) return choices.join(" | ");
  if (only !== undefined) return String(only);
  if (type === "array") return `array of ${(items && typeText(items)) || "anything"}`;
  if (properties && Object.keys(properties).length > 0) {
    const members = Object.entries(properties).map(
      ([name, member]) => `${name}${required.includes(name) ? "" : "?"}${nestedText(member)}`,
    );
    return `{ ${members.join(", ")} }`;
  }
  const inner = typeof additionalProperties === "object" && typeText(additionalProperties);
  if (inner) return `object of ${inner}`;
  return String(type ?? "");
}

/** The members of a member, where they are few enough to be read in one line. */
function nestedText(schema: ValueSchema): string {
  const inner = schema.items ?? schema;
  const count = Object.keys(inner.properties ?? {}).length;
  return count > 0 && count <= 6 ? `: ${typeText(schema)}` : "";
}

function describeValue(name: string, entry: ValueEntry | ObjectEntry): string {
  const type = entry.kind === "value" ? ` (\`${typeText(entry.type)}\`)` : "";
  const permission = entry.permission ? ` Needs \`permissions: [${entry.permission}]\`.` : "";
  return `- \`${name}\`${type}: ${entry.summary}${permission}`;
}

function describeObject(name: string, entry: ObjectEntry, subject: string): string[] {
  const members = Object.entries(entry.members);
  if (entry.subject !== subject) return [];
  if (members.length === 0) return [describeValue(name, entry), ""];
  const values = members.filter(([, member]) => member.kind === "value") as [string, ValueEntry][];
  return [
    `### \`${name}\``,
    "",
    entry.summary,
    "",
    ...values.map(([member, value]) => describeValue(`${name}.${member}`, value)),
    "",
    ...members.flatMap(([member, value]) => {
      if (value.kind === "function") return describeFunction(`${name}.${member}`, value);
      // What is also a name of its own is described there.
      if (value.kind === "object" && value.subject === subject)
        return describeObject(`${name}.${member}`, value, subject);
      return value.kind === "object" ? [`- \`${name}.${member}\`: see \`${member}\``, ""] : [];
    }),
  ];
}
