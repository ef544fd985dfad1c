import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { oneLine } from "./text.ts";

/** From worst to best. */
export const VERDICTS = ["missing", "differs", "subset", "same"] as const;
export type Verdict = (typeof VERDICTS)[number];

const WANTED = "wanted: ";

/**
 * What a comparison found. Only the functions of this file make one, each by comparing or running something, so that
 * nobody can write down that two things are the same. (What is missing may be written down.)
 */
export class Finding {
  readonly name: string;
  readonly verdict: Verdict;
  /** What differs, and who wants it; empty for the same. */
  readonly why: string;
  // Makes the type nominal: an object of this shape is not a finding.
  readonly #made = true;

  readonly #ran: boolean;

  private constructor(name: string, verdict: Verdict, why: string, ran: boolean) {
    this.name = name;
    this.verdict = verdict;
    this.why = why;
    this.#ran = ran;
  }

  static #of(name: string, verdict: Verdict, why = "", ran = false): Finding {
    return new Finding(name, verdict, oneLine(why), ran);
  }

  /** Whether it came from a comparison. */
  get made(): boolean {
    return this.#made;
  }

  /** A difference in an answer that nobody has explained; a client that failed is not one. */
  get mayFollowSeeds(): boolean {
    return this.verdict === "differs" && !this.#ran && !this.why.startsWith(WANTED);
  }

  /** The embedded gateway has nothing like it. */
  static missing(name: string, why = ""): Finding {
    return Finding.#of(name, "missing", why);
  }

  /** A row per name: same where both lists have it, missing where only the release does, differs where only we do. */
  static names(theirs: Iterable<string>, ours: Iterable<string>): Finding[] {
    const [their, our] = [new Set(theirs), new Set(ours)];
    return [...their.union(our)].sort().map((name) => {
      if (!our.has(name)) return Finding.missing(name);
      if (!their.has(name)) return Finding.#of(name, "differs", "the release has none of this name");
      return Finding.#of(name, "same");
    });
  }

  /**
   * One row for a set: subset where the release has more.
   * @param because what both sides say of a difference
   */
  static sets(name: string, theirs: Iterable<string>, ours: Iterable<string>, because = ""): Finding {
    const [their, our] = [new Set(theirs), new Set(ours)];
    const lacks = [...their.difference(our)].sort().join(", ");
    const adds = [...our.difference(their)].sort().join(", ");
    const why = [adds && `only here: ${adds}`, lacks && `lacks ${lacks}`, because].filter(Boolean).join("; ");
    if (adds !== "") return Finding.#of(name, "differs", why);
    if (lacks === "") return Finding.#of(name, "same");
    return our.size === 0 ? Finding.missing(name, because) : Finding.#of(name, "subset", why);
  }

  /**
   * A rule, asked the same on both sides: with every fixed input and with random ones. Differences are shrunk.
   * @throws Error when a wanted difference does not show in any input: it is out of date
   */
  static async rule<Input>(name: string, rule: Rule<Input>): Promise<Finding> {
    const { fixed, random, wanted = [], theirs, ours } = rule;
    const answers = async (input: Input) => [await answerOf(theirs, input), await answerOf(ours, input)];
    const seen = new Set<Wanted<Input>>();
    const isSame = async (input: Input) => {
      const [their, our] = await answers(input);
      if (isDeepStrictEqual(their, our)) return true;
      const wish = wanted.find(({ at }) => at(input));
      if (wish !== undefined) seen.add(wish);
      return wish !== undefined;
    };
    const examples = await Promise.all(fixed.map(async (input) => ((await isSame(input)) ? [] : [input])));
    let [different] = examples.flat();
    if (different === undefined && random !== undefined) {
      const property = fc.asyncProperty(random, isSame);
      const { numRuns, seed } = effort();
      const result = await fc.check(property, { numRuns, ...(seed !== undefined && { seed }) });
      // Nothing in it throws: an error is an answer.
      if (result.failed) different = result.counterexample?.[0];
    }
    if (different !== undefined) {
      const [their, our] = await answers(different);
      return Finding.#of(name, "differs", `${show(different)}: ${show(their)} there, ${show(our)} here`);
    }
    const stale = wanted.find((wish) => !seen.has(wish));
    if (stale !== undefined)
      throw new Error(`${name}: the wanted difference shows in no input and is out of date: ${stale.why}`);
    const why = wanted.map((wish) => `${WANTED}${wish.why}`).join("; ");
    return Finding.#of(name, why === "" ? "same" : "differs", why);
  }

  /** Something of the release's that ran against the embedded gateway: same if it ended well, else its error. */
  static async works(name: string, run: () => Promise<void>): Promise<Finding> {
    try {
      await run();
      return Finding.#of(name, "same");
    } catch (error) {
      return Finding.#of(name, "differs", error instanceof Error ? error.message : String(error), true);
    }
  }
}

interface Rule<Input> {
  /** Cases that somebody has named; each must show what it is there for. */
  fixed: readonly Input[];
  random?: fc.Arbitrary<Input>;
  /** Differences that are meant. */
  wanted?: readonly Wanted<Input>[];
  /** The release's answer; an error is an answer too, by its message being thrown. */
  theirs(input: Input): unknown;
  ours(input: Input): unknown;
}

interface Wanted<Input> {
  /** Inputs at which the two may differ. */
  at(input: Input): boolean;
  /** The row of the seeds or of the reference that wants it. */
  why: string;
}

/** Answers as JSON, so that an absent value and an undefined one are the same; every error is the same answer. */
async function answerOf<Input>(ask: (input: Input) => unknown, input: Input): Promise<unknown> {
  let answer: unknown;
  try {
    answer = await ask(structuredClone(input));
  } catch {
    return "throws";
  }
  return answer === undefined ? "nothing" : JSON.parse(JSON.stringify(answer));
}

function show(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** By day few inputs, and the same each time; at night many, and others each time. */
function effort(): { numRuns: number; seed: number | undefined } {
  const seed = 20_260_426;
  switch (process.env.FIDELITY_RANDOM) {
    case "more":
      return { numRuns: 5000, seed: undefined };
    case "few":
      return { numRuns: 40, seed };
    default:
      return { numRuns: 300, seed };
  }
}
