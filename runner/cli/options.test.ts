import { Command } from "commander";
import fc from "fast-check";
import { describe, expect, expectTypeOf, test } from "vitest";
import { commandLine } from "../base/invocation.ts";
import { parseGatewayTarget } from "../base/target.ts";
import { addOptions, givenOptions, readOptions, toArgs } from "./command-options.ts";
import {
  COUNT,
  COUNT_OR_NONE,
  DURATION,
  FACTOR,
  LIST,
  type OptionSpec,
  PATH,
  PERCENT,
  REPLAYS,
  SHARD,
  STATE,
  TARGET,
  TARGETS,
} from "./option-spec.ts";
import { type CommandName, OPTIONS, type OptionName, type OptionsOf } from "./options.ts";

const SPECS = Object.entries(OPTIONS) as [OptionName, OptionSpec<CommandName>][];
const COMMANDS = [...new Set(SPECS.flatMap(([, { on }]) => on))];

const text = fc
  .oneof(
    fc.string(),
    fc.string({ unit: fc.constantFrom(..."'\"\\ $`*a-=/") }),
    fc.constantFrom("--gateway", "it's"),
  )
  .filter((value) => value.trim() !== "");
const target = fc.constantFrom("embedded", "openclaw@latest", "ws://127.0.0.1:18789").map(parseGatewayTarget);
const BY_KIND = new Map<unknown, fc.Arbitrary<unknown>>([
  [COUNT, fc.integer({ min: 1 })],
  [COUNT_OR_NONE, fc.integer({ min: 0 })],
  [PERCENT, fc.integer({ min: 0, max: 100 })],
  [DURATION, fc.integer({ min: 1, max: 2 ** 31 - 1 })],
  [FACTOR, fc.constantFrom(0.5, 1, 3, 1000)],
  [SHARD, fc.tuple(fc.nat(50), fc.nat(50)).map(([a, b]) => ({ index: a + 1, total: a + b + 1 }))],
  [PATH, fc.constantFrom("reports", "../my pack/qa", ".", "-out", "a=b")],
  [STATE, fc.constantFrom("state:fresh", "../home", "-out")],
  [TARGET, target],
  [TARGETS, fc.array(target, { minLength: 1 })],
  [LIST, fc.array(fc.constantFrom("embedded", "openclaw@latest", "a b"), { minLength: 1 })],
]);

function arbitrary({ kind, choices, takes, repeatable }: OptionSpec): fc.Arbitrary<unknown> {
  if (takes === undefined) return fc.constant(true);
  const one = kind ? BY_KIND.get(kind) : choices ? fc.constantFrom(...choices) : text;
  if (!one) throw new Error("a kind of value that this test does not know");
  if (repeatable) return fc.array(one, { minLength: 1 });
  return takes.startsWith("[") ? fc.oneof(one, fc.constant(true)) : one;
}

function optionsOf(command: CommandName) {
  const own = SPECS.filter(([, { on }]) => on.includes(command));
  const values = Object.fromEntries(
    own.map(([name, spec]) => [name, arbitrary({ ...spec, ...spec.but?.[command] })]),
  );
  return fc.record(values, { requiredKeys: [] });
}

describe("options that are written down are the same when they are read", () => {
  test.for(COMMANDS)("of qa %s", (command) => {
    fc.assert(
      fc.property(optionsOf(command), (options) => {
        const kept = JSON.parse(JSON.stringify(givenOptions(options)));
        const read = givenOptions(readOptions(command, kept, REPLAYS));
        const defaults = givenOptions(addOptions(new Command(), command).opts());
        expect(read).toEqual({ ...defaults, ...options });
      }),
    );
  });
});

test("a command's options have the types that the table says", () => {
  expectTypeOf<OptionsOf<"run">>().toHaveProperty("pack").toEqualTypeOf<string[]>();
  expectTypeOf<OptionsOf<"run">>().toHaveProperty("bail").toEqualTypeOf<number | true | undefined>();
  expectTypeOf<OptionsOf<"run">>().toHaveProperty("model").toEqualTypeOf<"scripted" | "live" | undefined>();
  expectTypeOf<OptionsOf<"run">>().not.toHaveProperty("sinceVersion");
  expectTypeOf<OptionsOf<"merge">>().toHaveProperty("out").toEqualTypeOf<string>();
});

test("every option is written down as a flag", () => {
  for (const [name, spec] of SPECS) {
    const [value] = fc.sample(arbitrary(spec), 1);
    expect(toArgs({ [name]: value }).length, name).toBeGreaterThan(0);
  }
});

test.for(SPECS.filter(([, { takes }]) => takes))("an empty value of %s is refused", ([name, spec]) => {
  const [, flag] = /^(--[a-z-]+)/.exec(toArgs({ [name]: fc.sample(arbitrary(spec), 1)[0] })[0] ?? "") ?? [];
  for (const command of spec.on) {
    for (const empty of ["", " "]) {
      const parser = addOptions(new Command(), command)
        .exitOverride()
        .configureOutput({ writeErr: () => {} });
      expect(() => parser.parseOptions([`${flag}=${empty}`]), `qa ${command}`).toThrow(
        new RegExp(`${flag}\\b.* is empty: is it a variable`),
      );
    }
  }
});

test("what must be the same comes first, then what is chosen, how it runs, and where the report goes", () => {
  const options = {
    out: "there",
    retries: 2,
    shard: { index: 1, total: 3 },
    lane: "nightly",
    tag: ["a", "b"],
  };
  const args = toArgs(options);
  expect(commandLine(["run", ...args])).toBe(
    "pnpm qa run --lane nightly --tag a --tag b --shard 1/3 --retries 2 --out there",
  );
  expect(toArgs(options, ["context"])).toEqual(["--lane", "nightly"]);
});

test.for([
  [{ nonsense: 1 }, /unknown: nonsense/],
  [{ retries: "often" }, /--retries.*whole number/],
  [{ shard: "second" }, /--shard/],
  [{ model: "other" }, /--model.*Allowed choices/],
] as const)("%j is refused as the options of a run", ([given, message]) => {
  expect(() => readOptions("run", given, REPLAYS)).toThrow(message);
});

test("a printed command is quoted only where a shell would not take it as it is", () => {
  expect(commandLine(["run", "dm-chat-baseline", "config-*", "--tag", "it's"])).toBe(
    "pnpm qa run dm-chat-baseline 'config-*' --tag 'it'\\''s'",
  );
});
