import { stringify } from "yaml";
import type { JsonObject } from "../base/json.ts";
import { exampleArguments } from "../base/schema-arguments.ts";
import { type PluginSubject, type Skill, type SkillSubject, slug } from "./subject.ts";

/** A scenario to be written. */
export interface NewScenario {
  id: string;
  text: string;
}

/** What was learnt of a plugin's tools by running it. */
export interface OfferedTools {
  /** Schemas of the parameters, by name: of the tools that the agent was offered. */
  parameters: ReadonlyMap<string, unknown>;
  /** They were offered only when the config named the plugin. */
  mustBeNamed: boolean;
}

/** Texts of thrown errors and refused arguments, as gateways pass them to the model. */
const NO_RESULT = '^Error: |^Validation failed|"status": ?"error"';

/** The smoke test of a plugin. @param offered undefined if it could not be run */
export function pluginScenario(plugin: PluginSubject, offered: OfferedTools | undefined): NewScenario {
  const { id, name, tools } = plugin;
  const called = tools.filter((tool) => offered?.parameters.has(tool));
  const others = tools.filter((tool) => !called.includes(tool));
  const off = { plugins: { entries: { [id]: { enabled: false } } } };
  const on = { plugins: { entries: { [id]: { enabled: true } } } };
  const gone = {
    plugins: {
      load: { paths: { expr: "before.config.plugins.load.paths.slice(0, -1)" } },
      entries: { [id]: null },
    },
  };
  const areGone = called.map((tool) => statement("expectTool", tool, { is: { exists: false } }));
  const areThere = called.map((tool) => statement("expectTool", tool));
  const text = document(
    {
      plugins: [{ path: "../.." }],
      ...configOf(plugin, offered),
    },
    `${name} works in a gateway`,
    "Written by `qa init`. Say here what the plugin is for, and add a step for each thing that must not be lost.",
    [
      [
        "It loads",
        "",
        [
          statement("expectPlugin", id, { is: { enabled: true } }),
          ...(called.length > 0
            ? areThere
            : [statement("expectNoLog", { matches: notLoaded(id) }, { since: "boot" })]),
        ],
      ],
      ...called.map((tool) => toolStep(tool, offered?.parameters.get(tool))),
      [
        "Switched off it is gone, switched on it is back",
        others.length > 0
          ? `Not offered to the agent when this was written, perhaps for want of a config or a key: ${others.join(", ")}.`
          : "",
        [
          statement("patchConfig", off),
          statement("expectPlugin", id, { is: { enabled: false } }),
          ...areGone,
          statement("patchConfig", on),
          statement("expectPlugin", id, { is: { enabled: true } }),
          ...areThere,
        ],
      ],
      [
        "Removed, it leaves no trace",
        "Its folder is the last of those that the config names.",
        [
          statement("rpc", "config.get", { saveAs: "before" }),
          statement("patchConfig", gone, { replacePaths: ["plugins.load.paths"] }),
          statement("expectPlugin", id, { is: { exists: false } }),
          ...areGone,
          "expectNoLog",
        ],
      ],
    ],
  );
  return { id: `${slug(id)}-smoke`, text };
}

/** The smoke test of skills. */
export function skillScenario({ root, skills }: SkillSubject): NewScenario {
  const [first] = skills;
  const title = skills.length === 1 ? first.name : `${slug(root.split(/[\\/]/).at(-1) ?? "skills")} skills`;
  const text = document(
    {
      skills: skills.map(({ folder }) => ({
        path: ["../..", ...folder.split(/[\\/]/)].join("/").replace(/\/$/, ""),
      })),
    },
    `${skills.length === 1 ? `The skill ${first.name}` : "The skills"} can be used by an agent`,
    "Written by `qa init`. Say here what it is for, and add a step in which the agent uses it.",
    skills.flatMap(skillSteps),
  );
  return { id: `${slug(title)}-smoke`, text };
}

/** How gateways log that a plugin does not load: a pattern. */
function notLoaded(id: string): string {
  return String.raw`\[plugins\].*${id.replaceAll(/[^\w@/-]/g, String.raw`\$&`)}.*(?:load-failed|failed to load)`;
}

type Step = [heading: string, prose: string, statements: (string | JsonObject)[]];

function skillSteps({ name }: Skill): Step[] {
  const set = (enabled: boolean) =>
    statement("patchConfig", { skills: { entries: { [name]: { enabled } } } });
  const inPrompt = { instructions: { contains: name } };
  return [
    [
      `The agent may use ${name}, and its prompt says so`,
      "",
      [
        statement("expectSkill", name, { is: { eligible: true, disabled: false } }),
        statement("ask", "Reply exactly: ready"),
        statement("expectModelRequest", inPrompt),
      ],
    ],
    [
      `Switched off, ${name} is gone from the prompt; switched on, it is back`,
      "",
      [
        set(false),
        statement("expectSkill", name, { is: { disabled: true } }),
        statement("ask", "Reply exactly: without"),
        statement("expectModelRequest", {
          prompt: { contains: "without" },
          instructions: { not: { contains: name } },
        }),
        set(true),
        statement("expectSkill", name, { is: { eligible: true, disabled: false } }),
        statement("ask", "Reply exactly: with it"),
        statement("expectModelRequest", { prompt: { contains: "with it" }, ...inPrompt }),
      ],
    ],
  ];
}

function toolStep(tool: string, parameters: unknown): Step {
  const { value, unmet } = exampleArguments(parameters);
  const made = Object.keys(value).length > 0 ? "Its arguments are made from its schema: put real ones." : "";
  const wrong = unmet.length > 0 ? ` ${unmet.join(" and ")} must fit a pattern, and does not yet.` : "";
  return [
    `The agent calls ${tool}, and its result reaches the next request to the model`,
    `${made}${wrong}`.trim(),
    [
      statement("ask", literal(`Call the tool ${tool} with ${JSON.stringify(value)}`)),
      statement("expectModelRequest", {
        toolOutput: { matches: String.raw`\S`, not: { matches: NO_RESULT } },
      }),
    ],
  ];
}

/** What the plugin needs of the config before it can do anything. */
function configOf(
  { id, configSchema, hasOptionalTools }: PluginSubject,
  offered: OfferedTools | undefined,
): JsonObject {
  const { value: config } = exampleArguments(configSchema);
  const patch = {
    ...(hasOptionalTools || offered?.mustBeNamed ? { tools: { alsoAllow: [id] } } : {}),
    ...(Object.keys(config).length > 0 ? { plugins: { entries: { [id]: { config } } } } : {}),
  };
  return Object.keys(patch).length > 0 ? { gatewayConfigPatch: patch } : {};
}

function statement(action: string, value: unknown, beside: JsonObject = {}): JsonObject {
  return { [action]: value, ...beside };
}

/** A text of a step in which nothing is replaced. */
function literal(text: string): string {
  return text.replaceAll(/\$(?=\{)/g, "$$$$");
}

function document(metadata: JsonObject, title: string, prose: string, steps: readonly Step[]): string {
  const sections = steps.map(([heading, text, statements]) =>
    [`## ${heading}`, ...(text ? [text] : []), `\`\`\`yaml qa-step\n${yaml(statements)}\`\`\``].join("\n\n"),
  );
  return `---\n${yaml(metadata)}---\n\n# ${title}\n\n${prose}\n\n${sections.join("\n\n")}\n`;
}

function yaml(value: unknown): string {
  return stringify(value, { lineWidth: 0 });
}
