import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { breadth } from "../../../../test/testing/breadth.ts";
import { statementsOf } from "../../../flow/statement-list.ts";
import type { Statement, Step } from "../../../flow/types.ts";
import { FlowProof, ImpossibleReport } from "./proof.ts";

/** What an attempt reports, in a few letters: `+3` and `-3` begin and end statement 3, `!3` ends it with an error. */
type Report = string;

const position = { line: 1, column: 1 };
const expression = {
  text: "",
  position,
  places: [],
  blockNames: [],
  reads: [],
  catches: [],
  mayNotEnd: false,
};

function step(...actions: Statement[]): Step {
  return { name: "step", position, actions };
}

const call = (): Statement => ({ kind: "call", label: "call", position, path: ["f"], args: [] });
const action = (): Statement => ({ kind: "action", label: "say", position, action: "say", params: [] });
const fail = (): Statement => ({ kind: "throw", label: "throw", position });
const either = (consequent: Statement[], alternate: Statement[]): Statement => ({
  kind: "if",
  label: "if",
  position,
  condition: expression,
  consequent,
  alternate,
});
const each = (...actions: Statement[]): Statement => ({
  kind: "forEach",
  label: "forEach",
  position,
  items: { kind: "list", items: [] },
  item: "item",
  actions,
});
const attempt = (actions: Statement[], handler?: Statement[], finalizer?: Statement[]): Statement => ({
  kind: "try",
  label: "try",
  position,
  actions,
  ...(handler ? { handler } : {}),
  ...(finalizer ? { finalizer } : {}),
});

/** Whether the reports prove that the steps passed. */
function proves(steps: readonly Step[], reports: readonly Report[]): boolean {
  const proof = new FlowProof({ steps });
  try {
    for (const report of reports) {
      const id = Number(report.slice(1));
      if (report === "passed") proof.flowEnded(true);
      else if (report.startsWith("(")) proof.stepStarted(id);
      else if (report.startsWith(")")) proof.stepFinished(id, true);
      else if (report.startsWith("+")) proof.statementStarted(id);
      else proof.statementEnded(id, report.startsWith("!"));
    }
  } catch (error) {
    if (error instanceof ImpossibleReport) return false;
    throw error;
  }
  return reports.at(-1) === "passed";
}

/** The reports of one step, all of which goes well unless it says otherwise. */
function whole(reports: string): Report[] {
  return ["(0", ...reports.split(" ").filter(Boolean), ")0", "passed"];
}

describe("a pass is proven by", () => {
  test.for([
    ["every statement once, in order", [step(call(), call())], whole("+0 -0 +1 -1")],
    ["actions of a step below a heading", [step(action(), action())], whole("+0 -0 +1 -1")],
    ["one branch", [step(either([call()], [call()]))], whole("+0 +2 -2 -0")],
    ["the branch that is not there", [step(either([call()], []))], whole("+0 -0")],
    ["no item at all", [step(each(call()))], whole("+0 -0")],
    ["each item as a whole", [step(each(call(), call()))], whole("+0 +1 -1 +2 -2 +1 -1 +2 -2 -0")],
    ["an error that was caught", [step(attempt([call()], [call()]))], whole("+0 +1 !1 +2 -2 -0")],
    ["an error that an empty catch took", [step(attempt([call()], []))], whole("+0 +1 !1 -0")],
    ["a finally after all went well", [step(attempt([call()], [], [call()]))], whole("+0 +1 -1 +2 -2 -0")],
    [
      "a finally after a catch",
      [step(attempt([call()], [call()], [call()]))],
      whole("+0 +1 !1 +2 -2 +3 -3 -0"),
    ],
  ] as const)("%s", ([, steps, reports]) => {
    expect(proves(steps, reports)).toBe(true);
  });
});

describe("a pass is not proven by", () => {
  test.for([
    ["nothing", [step(call())], ["passed"]],
    ["an action that was left out", [step(action(), action())], whole("+0 -0")],
    ["an action that failed", [step(action(), action())], whole("+0 !0 +1 -1")],
    ["a step that was left out", [step(call()), step(call())], whole("+0 -0")],
    ["a statement that was left out", [step(call(), call())], whole("+0 -0")],
    ["a statement that came twice", [step(call(), call())], whole("+0 -0 +0 -0 +1 -1")],
    ["another order", [step(call(), call())], whole("+1 -1 +0 -0")],
    ["a statement that did not end", [step(call())], whole("+0")],
    ["a statement that is not there", [step(call())], whole("+0 -0 +7 -7")],
    ["an error that nothing caught", [step(call())], whole("+0 !0")],
    ["a throw that went well", [step(fail())], whole("+0 -0")],
    ["both branches", [step(either([call()], [call()]))], whole("+0 +1 -1 +2 -2 -0")],
    ["neither branch", [step(either([call()], [call()]))], whole("+0 -0")],
    ["half a branch", [step(either([call(), call()], []))], whole("+0 +1 -1 -0")],
    ["half an item", [step(each(call(), call()))], whole("+0 +1 -1 -0")],
    ["a catch without an error", [step(attempt([call()], [call()]))], whole("+0 +1 -1 +2 -2 -0")],
    ["an error in a catch", [step(attempt([call()], [call()]))], whole("+0 +1 !1 +2 !2 -0")],
    ["a finally that was left out", [step(attempt([call()], [], [call()]))], whole("+0 +1 -1 -0")],
    [
      "an error that went on after a finally",
      [step(attempt([call()], undefined, [call()]))],
      whole("+0 +1 !1 +2 -2 -0"),
    ],
    ["what follows the end", [step(call())], [...whole("+0 -0"), "+0"]],
  ] as const)("%s", ([, steps, reports]) => {
    expect(proves(steps, reports)).toBe(false);
  });
});

/** A run of a random flow: what it reports, and whether it goes well. `choices` decide what happens. */
class Run {
  readonly reports: Report[] = [];
  readonly #ids: Map<Statement, number>;
  readonly #choices: number[];

  constructor(steps: readonly Step[], choices: readonly number[]) {
    this.#ids = new Map(statementsOf({ steps }).map((statement, id) => [statement, id]));
    this.#choices = [...choices];
  }

  /** @returns whether all of it went well */
  block(statements: readonly Statement[]): boolean {
    return statements.every((statement) => this.#statement(statement));
  }

  #choose(count: number): number {
    return (this.#choices.shift() ?? 0) % count;
  }

  #statement(statement: Statement): boolean {
    const id = this.#ids.get(statement);
    this.reports.push(`+${id}`);
    const well = this.#inside(statement);
    this.reports.push(`${well ? "-" : "!"}${id}`);
    return well;
  }

  #inside(statement: Statement): boolean {
    switch (statement.kind) {
      case "throw":
        return false;
      case "if":
        return this.block(this.#choose(2) === 0 ? statement.consequent : statement.alternate);
      case "forEach":
        return Array.from({ length: this.#choose(3) }).every(() => this.block(statement.actions));
      case "try": {
        const well =
          this.block(statement.actions) || (statement.handler ? this.block(statement.handler) : false);
        return this.block(statement.finalizer ?? []) && well;
      }
      default:
        return this.#choose(6) > 0;
    }
  }
}

const { statement } = fc.letrec<{ statement: Statement; block: Statement[] }>((tie) => ({
  block: fc.array(tie("statement"), { maxLength: 3 }),
  statement: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    fc.constant(undefined).map(call),
    fc.constant(undefined).map(fail),
    fc.tuple(tie("block"), tie("block")).map(([yes, no]) => either([call(), ...yes], no)),
    tie("block").map((actions) => each(call(), ...actions)),
    fc
      .tuple(
        tie("block"),
        fc.option(tie("block"), { nil: undefined }),
        fc.option(tie("block"), { nil: undefined }),
      )
      .map(([actions, handler, finalizer]) => attempt([call(), ...actions], handler, finalizer)),
  ),
}));

/** The same language as a regular expression: everything that a flow which passes can report, and nothing else. */
class Grammar {
  readonly #ids: Map<Statement, number>;
  readonly #whole: RegExp;

  constructor(steps: readonly Step[]) {
    this.#ids = new Map(statementsOf({ steps }).map((each, id) => [each, id]));
    const text = steps.map(({ actions }, index) => `\\(${index};${this.#well(actions)}\\)${index};`).join("");
    this.#whole = new RegExp(`^${text}passed;$`);
  }

  allows(reports: readonly Report[]): boolean {
    return this.#whole.test(reports.map((report) => `${report};`).join(""));
  }

  #well(block: readonly Statement[] = []): string {
    return block.map((each) => this.#statement(each, true)).join("");
  }

  /** A block up to a statement of it that threw. */
  #broken(block: readonly Statement[] = []): string {
    const ends = block.map((each, index) => this.#well(block.slice(0, index)) + this.#statement(each, false));
    return ends.length === 0 ? "(?!)" : `(?:${ends.join("|")})`;
  }

  /** A block that was cut off, be it between two statements. */
  #part(block: readonly Statement[] = []): string {
    const cuts = [0, ...block.keys().map((index) => index + 1)].map((end) => this.#well(block.slice(0, end)));
    return `(?:${[this.#broken(block), ...cuts.reverse()].join("|")})`;
  }

  #statement(statement: Statement, well: boolean): string {
    const id = this.#ids.get(statement);
    return `\\+${id};${this.#inside(statement, well)}${well ? "-" : "!"}${id};`;
  }

  #inside(statement: Statement, well: boolean): string {
    const block = (actions: readonly Statement[]) => (well ? this.#well(actions) : this.#part(actions));
    switch (statement.kind) {
      case "throw":
        return well ? "(?!)" : "";
      case "if":
        return `(?:${block(statement.consequent)}|${block(statement.alternate)})`;
      case "forEach":
        return `(?:${this.#well(statement.actions)})*${well ? "" : this.#part(statement.actions)}`;
      case "try": {
        const { actions, handler, finalizer = [] } = statement;
        const caught = handler ? `|${this.#broken(actions)}${block(handler)}` : "";
        return `(?:${block(actions)}${caught})${block(finalizer)}`;
      }
      default:
        return "";
    }
  }
}

/** Flows, what a run of them reports, and whether it passed. */
const runs = fc
  .tuple(
    fc.array(fc.array(statement, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 }),
    fc.array(fc.nat({ max: 11 }), { maxLength: 40 }),
  )
  .map(([blocks, choices]) => {
    const steps = blocks.map((block) => step(...block));
    const run = new Run(steps, choices);
    const passed = steps.every(({ actions }, index) => {
      run.reports.push(`(${index}`);
      const well = run.block(actions);
      if (well) run.reports.push(`)${index}`);
      return well;
    });
    return { steps, passed, reports: [...run.reports, "passed"] };
  });

it("what a flow can do is proven when it passed, and only then", () => {
  fc.assert(
    fc.property(runs, ({ steps, passed, reports }) => {
      expect(proves(steps, reports)).toBe(passed);
    }),
    { numRuns: breadth(300, 10_000) },
  );
});

it("of reports that are left out, repeated, exchanged or made up, only another run's prove something", () => {
  const damage = fc.record({
    how: fc.constantFrom("left out", "repeated", "exchanged", "made up"),
    at: fc.nat(),
    id: fc.nat({ max: 12 }),
  });
  fc.assert(
    fc.property(runs, damage, ({ steps, passed, reports }, { how, at, id }) => {
      fc.pre(passed);
      const index = at % (reports.length - 1);
      const damaged = [...reports];
      const [report = "", next = ""] = reports.slice(index);
      if (how === "left out") damaged.splice(index, 1);
      if (how === "repeated") damaged.splice(index, 0, report);
      if (how === "exchanged") damaged.splice(index, 2, next, report);
      if (how === "made up") damaged.splice(index, 0, `+${id}`, `-${id}`);
      expect(proves(steps, damaged)).toBe(new Grammar(steps).allows(damaged));
    }),
    { numRuns: breadth(300, 10_000) },
  );
});
