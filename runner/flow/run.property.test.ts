import fc from "fast-check";
import { expect, it } from "vitest";
import { stringify } from "yaml";
import { breadth } from "../../test/testing/breadth.ts";
import { compileFlow } from "./compile/compile.ts";
import { compileOrThrow, FOREIGN, flowOfActions, flowOfMarkdown, OWN, run } from "./testing/flows.ts";

/** A program of the flow language, small enough for a model of it to fit below. */
type Instruction =
  | { do: "set"; name: string; value: Operand }
  | { do: "log"; value: Operand }
  | { do: "if"; condition: Operand; yes: Instruction[]; no: Instruction[] }
  | { do: "each"; items: Operand[]; item: string; body: Instruction[] }
  | { do: "attempt"; body: Instruction[]; rescue: Instruction[]; always: Instruction[] }
  | { do: "throw" };
type Operand = { literal: number } | { ref: string } | { sum: [string, number] };

const variable = fc.constantFrom("a", "b", "c");
// Block names may hide variables.
const blockName = fc.constantFrom("item", "a", "b");
const operand: fc.Arbitrary<Operand> = fc.oneof(
  fc.record({ literal: fc.integer({ min: 0, max: 9 }) }),
  fc.record({ ref: fc.oneof(variable, blockName) }),
  fc.record({ sum: fc.tuple(variable, fc.integer({ min: 0, max: 9 })) }),
);

const { program } = fc.letrec<{ instruction: Instruction; program: Instruction[] }>((tie) => ({
  program: fc.array(tie("instruction"), { minLength: 1, maxLength: 4 }),
  instruction: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    fc.record({ do: fc.constant("log" as const), value: operand }),
    fc.record({ do: fc.constant("set" as const), name: fc.oneof(variable, blockName), value: operand }),
    fc.record({ do: fc.constant("throw" as const) }),
    fc.record({
      do: fc.constant("if" as const),
      condition: operand,
      yes: tie("program"),
      no: tie("program"),
    }),
    fc.record({
      do: fc.constant("each" as const),
      items: fc.array(operand, { maxLength: 3 }),
      item: blockName,
      body: tie("program"),
    }),
    fc.record({
      do: fc.constant("attempt" as const),
      body: tie("program"),
      rescue: tie("program"),
      always: tie("program"),
    }),
  ),
}));

function toYaml(instruction: Instruction): unknown {
  switch (instruction.do) {
    case "set":
      return { set: instruction.name, value: operandYaml(instruction.value) };
    case "log":
      return { call: "joinPath", args: [operandYaml(instruction.value)] };
    case "throw":
      return { throw: "stop" };
    case "if":
      return {
        if: {
          expr: `(${operandText(instruction.condition)}) % 2 === 0`,
          // biome-ignore lint/suspicious/noThenProperty: the statement's own key
          then: instruction.yes.map(toYaml),
          else: instruction.no.map(toYaml),
        },
      };
    case "each": {
      const { items, item, body } = instruction;
      return { forEach: { items: items.map(operandYaml), item, index: "at", actions: body.map(toYaml) } };
    }
    case "attempt": {
      const { body, rescue, always } = instruction;
      return { try: { actions: body.map(toYaml), catch: rescue.map(toYaml), finally: always.map(toYaml) } };
    }
  }
}

function operandYaml(value: Operand): unknown {
  if ("literal" in value) return value.literal;
  return "ref" in value ? { ref: value.ref } : { expr: operandText(value) };
}

function operandText(value: Operand): string {
  if ("literal" in value) return String(value.literal);
  return "ref" in value ? value.ref : `${value.sum[0]} + ${value.sum[1]}`;
}

class Stop extends Error {}

/** What a program must do: the same language in a few lines. */
function model(instructions: readonly Instruction[], scopes: Map<string, number>[], log: number[]): void {
  const find = (name: string) => scopes.find((scope) => scope.has(name));
  const read = (value: Operand): number => {
    if ("literal" in value) return value.literal;
    if ("ref" in value) return find(value.ref)?.get(value.ref) ?? Number.NaN;
    return (find(value.sum[0])?.get(value.sum[0]) ?? Number.NaN) + value.sum[1];
  };
  for (const instruction of instructions) {
    if (instruction.do === "throw") throw new Stop();
    else if (instruction.do === "log") log.push(read(instruction.value));
    else if (instruction.do === "set") {
      const value = read(instruction.value);
      (find(instruction.name) ?? scopes.at(-1))?.set(instruction.name, value);
    } else if (instruction.do === "if") {
      model(read(instruction.condition) % 2 === 0 ? instruction.yes : instruction.no, scopes, log);
    } else if (instruction.do === "each") {
      for (const value of instruction.items.map(read)) {
        model(instruction.body, [new Map([[instruction.item, value]]), ...scopes], log);
      }
    } else {
      try {
        model(instruction.body, scopes, log);
      } catch {
        model(instruction.rescue, scopes, log);
      } finally {
        model(instruction.always, scopes, log);
      }
    }
  }
}

it("a flow does what its statements say", async () => {
  await fc.assert(
    fc.asyncProperty(program, async (instructions) => {
      const start: Instruction[] = ["a", "b", "c", "item"].map((name, literal) => ({
        do: "set",
        name,
        value: { literal },
      }));
      const whole = [...start, ...instructions];
      const expected: number[] = [];
      let stops = false;
      try {
        model(whole, [new Map()], expected);
      } catch {
        stops = true;
      }
      const log: unknown[] = [];
      const flow = compileOrThrow(flowOfActions(stringify(whole.map(toYaml), { lineWidth: 0 }).trimEnd()));
      const result = await run(flow, { api: { joinPath: (value: unknown) => log.push(value) } });
      expect(log).toEqual(expected);
      expect(result.status).toBe(stops ? "failed" : "passed");
    }),
    { numRuns: breadth(60, 1000) },
  );
});

it("the compiler never throws, and what it reports lies in the file", () => {
  const word = fc.oneof(
    fc.constantFrom("call", "args", "saveAs", "set", "value", "assert", "expr", "ref", "lambda", "params"),
    fc.constantFrom(
      "if",
      "then",
      "else",
      "forEach",
      "items",
      "item",
      "actions",
      "try",
      "catch",
      "finally",
      "throw",
    ),
    fc.constantFrom("say", "expectSkill", "is", "not", "contains", "allOf", "captures", "within", "saveAs"),
    // biome-ignore lint/suspicious/noTemplateCurlyInString: what texts of steps hold
    fc.constantFrom("${a.b}", "$${", "${a", "x ${marker} y", "20s", "expectInOrder", "answer", "text"),
    fc.constantFrom(
      "reset",
      "env.gateway.pid",
      "a + (b",
      "`${",
      "await x",
      "() => y",
      "state",
      "'",
      "1 === 1 // c",
    ),
  );
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      word,
      fc.constantFrom<unknown>(null, true, 0),
      fc.array(tie("tree"), { maxLength: 3 }),
      fc.dictionary(word, tie("tree"), { maxKeys: 3 }),
    ),
  }));
  fc.assert(
    fc.property(
      fc.array(tree, { minLength: 1, maxLength: 4 }),
      fc.constantFrom(OWN, FOREIGN),
      (actions, options) => {
        const text = stringify(actions, { lineWidth: 30 }).trimEnd();
        const flow = flowOfActions(text);
        const steps = `## One\n\n\`\`\`yaml qa-step\n${text}\n\`\`\`\n`;
        for (const [source, written] of [
          [flow, flow.source.file.text],
          [flowOfMarkdown(steps), steps],
        ] as const) {
          const lines = written.split("\n");
          for (const { line, column } of compileFlow(source, options).diagnostics) {
            expect(column).toBeGreaterThan(0);
            expect(column - 1).toBeLessThanOrEqual(lines[line - 1]?.length ?? -1);
          }
        }
      },
    ),
    { numRuns: breadth(150, 2500) },
  );
});
