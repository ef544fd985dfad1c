import { type ModelAnswer, type Plan, type PlannedCall, say, sayUnavailable } from "../answer.ts";
import { declaredTool, type ModelRequest } from "../request.ts";
import type { Turn } from "../turn.ts";
import { exactPart, exactReply } from "./exact-reply.ts";
import { fileInstructions } from "./file-instructions.ts";
import { gist } from "./gist.ts";
import { type CatalogueSkill, catalogueSkills, fittingSkill } from "./skills.ts";
import { forbidsTools, toolInstructions } from "./tool-instructions.ts";

/** What the rules look at. */
interface Situation {
  request: ModelRequest;
  turn: Turn;
  skills: readonly CatalogueSkill[];
  /** What the model follows: the user's texts, then the skills that it read in this turn. */
  directions: readonly string[];
}

interface InstructionRule {
  name: string;
  answer(situation: Situation): ModelAnswer | undefined;
}

const READ_TOOL = "read";
const WRITE_TOOL = "write";

const heartbeat: InstructionRule = {
  name: "heartbeat",
  answer: ({ turn }) => (turn.userTexts[0]?.includes("HEARTBEAT_OK") ? say("HEARTBEAT_OK") : undefined),
};

/** Makes the calls that the directions ask for, one after the other, each once. */
const callTools: InstructionRule = {
  name: "call-tool",
  answer({ request, turn, directions }) {
    const made = turn.exchanges.map(({ call }) => call.name);
    for (const { verbatim, ...call } of directions.flatMap(toolInstructions)) {
      const index = made.indexOf(call.name);
      if (index !== -1) made.splice(index, 1);
      else if (!declaredTool(request, call.name)) return sayUnavailable(call.name);
      else if (verbatim || hasRequiredArguments(request, call)) return { kind: "tool-calls", calls: [call] };
    }
    return undefined;
  },
};

/** Reads and writes the files that the directions name, one after the other, if the request declares the tool. */
const useFiles: InstructionRule = {
  name: "use-file",
  answer({ request, turn, directions }) {
    const made = turn.exchanges.map(({ call }) => `${call.name} ${pathOf(call)}`);
    for (const instruction of directions.flatMap(fileInstructions)) {
      const name = instruction.kind === "read" ? READ_TOOL : WRITE_TOOL;
      const tool = declaredTool(request, name);
      if (!tool || made.includes(`${name} ${instruction.path}`)) continue;
      const path = { [pathArgument(tool.parameters)]: instruction.path };
      const content = instruction.kind === "write" ? { content: instruction.content } : {};
      return { kind: "tool-calls", calls: [{ name, arguments: { ...path, ...content } }] };
    }
    return undefined;
  },
};

const replyExactly: InstructionRule = {
  name: "reply-exactly",
  answer({ directions }) {
    const reply = [exactReply, exactPart]
      .flatMap((find) => directions.map(find))
      .find((text) => text !== undefined);
    return reply === undefined ? undefined : say(reply);
  },
};

/** Opens the skill that the user's message is about, if the prompt lists it and the request declares the read tool. */
const readSkill: InstructionRule = {
  name: "read-skill",
  answer({ request, turn, skills }) {
    const read = declaredTool(request, READ_TOOL);
    if (!read) return undefined;
    const skill = turn.userTexts.map((text) => fittingSkill(text, skills)).find((fit) => fit !== undefined);
    if (!skill || turn.exchanges.some(({ call }) => readsSkill(call, skill))) return undefined;
    return {
      kind: "tool-calls",
      calls: [{ name: READ_TOOL, arguments: { [pathArgument(read.parameters)]: skill.location } }],
    };
  },
};

const acknowledgeResult: InstructionRule = {
  name: "acknowledge-result",
  answer({ turn }) {
    const last = turn.exchanges.at(-1);
    return last && say(`The ${last.call.name} tool answered: ${gist(last.result)}`);
  },
};

/** Adds nothing of its own: it must not look like a marker or give away hidden context. */
const acknowledge: InstructionRule = { name: "acknowledge", answer: () => say("OK.") };

/** Tried in order; the last one always answers. */
const RULES: readonly InstructionRule[] = [
  heartbeat,
  callTools,
  useFiles,
  replyExactly,
  readSkill,
  acknowledgeResult,
  acknowledge,
];
/** Those that call a tool: not when the user forbids it. */
const USES_TOOLS: ReadonlySet<InstructionRule> = new Set([callTools, useFiles, readSkill]);

/** Answers as a model that follows plain instructions would, based on the request alone. */
export function followInstructions(request: ModelRequest, turn: Turn): Plan {
  const skills = catalogueSkills(request.instructions);
  const bodies = turn.exchanges.flatMap(({ call, result }) =>
    skills.some((skill) => readsSkill(call, skill)) ? [result] : [],
  );
  const situation: Situation = { request, turn, skills, directions: [...turn.userTexts, ...bodies] };
  const mayUseTools = !turn.userTexts.some(forbidsTools);
  for (const rule of RULES) {
    if (!mayUseTools && USES_TOOLS.has(rule)) continue;
    const answer = rule.answer(situation);
    if (answer) return { answer, rule: `instructions: ${rule.name}` };
  }
  throw new Error("no rule of the instruction-following model answered");
}

function readsSkill({ name, arguments: args }: PlannedCall, { location }: CatalogueSkill): boolean {
  return name === READ_TOOL && Object.values(args).includes(location);
}

function hasRequiredArguments(request: ModelRequest, call: PlannedCall): boolean {
  const required = declaredTool(request, call.name)?.parameters.required;
  return !Array.isArray(required) || required.every((key) => Object.hasOwn(call.arguments, String(key)));
}

function pathOf({ arguments: { path, file_path } }: PlannedCall): unknown {
  return path ?? file_path;
}

/** The file tools take their path as `path` or, in some releases, as `file_path`. */
function pathArgument({ properties }: Record<string, unknown>): string {
  const names = typeof properties === "object" && properties !== null ? Object.keys(properties) : [];
  return names.includes("file_path") && !names.includes("path") ? "file_path" : "path";
}
