import { expect, test } from "vitest";
import { expectLeaksSeen, LEAKS, writeLeaks } from "./testing/leaks.ts";
import { Sandbox } from "./testing/qa.ts";

/** Seeds that were drawn once; what they lead to is the same on every machine. */
const SEEDS = ["1", "2", "3"];

test("what each scenario leaves behind is seen and put back, or ends the gateway, in whatever order they run", async () => {
  const sandbox = await Sandbox.create();
  await writeLeaks(sandbox);
  const alone = await sandbox.qa("run", "--pack", "pack", "--trust");
  const verdicts = alone.report?.scenarios.map(({ id, verdict }) => [id, verdict]);
  expect(verdicts).toEqual(Object.keys(LEAKS).map((id) => [id, id === "failure" ? "failed" : "passed"]));
  for (const order of [[], ...SEEDS.map((seed) => ["--shuffle", seed])]) {
    const run = await sandbox.qa(
      ...[
        "run",
        "--pack",
        "pack",
        "--trust",
        "--share-gateway",
        "--jobs",
        "1",
        "--reporter",
        "plain",
        ...order,
      ],
    );
    expect(run.report?.scenarios.map(({ id, verdict }) => [id, verdict])).toEqual(verdicts);
    expectLeaksSeen(run.report);
    expect(run.stdout).toContain("its gateway goes on, put back: session agent:qa:left added");
    expect(run.stdout).not.toContain("secret-left-behind");
    // A gateway that ends leads to one more start, but for the last of the run.
    const gateways = new Set(run.report?.scenarios.map(({ gateway }) => gateway?.bootId));
    const ends = run.report?.scenarios.filter(({ sharing }) => sharing?.goesOn === false).length ?? 0;
    expect([ends, ends + 1]).toContain(gateways.size);
  }
}, 180_000);

test("a shuffled run prints its seed, and can be run again by its command", async () => {
  const sandbox = await Sandbox.create();
  await writeLeaks(sandbox);
  const { stderr, report } = await sandbox.qa("run", "nothing", "session", "--pack", "pack", "--shuffle");
  const seed = /^note: the order is shuffled with the seed (\d+)$/m.exec(stderr)?.[1];
  expect(report?.command).toContain(` --shuffle ${seed}`);
  expect(report?.scenarios.map(({ id }) => id)).toEqual(["nothing", "session"]);
});

test("the scenarios that come with the tool have the same verdicts on shared gateways, in three orders", async () => {
  const sandbox = await Sandbox.create();
  const run = (...args: string[]) => sandbox.qa("run", "--builtin", "--all", "--reporter", "plain", ...args);
  const verdictsOf = ({ report }: Awaited<ReturnType<typeof run>>) =>
    report?.scenarios.map(({ id, verdict }) => [id, verdict]);
  const alone = verdictsOf(await run());
  for (const seed of SEEDS) {
    const shared = await run("--share-gateway", "--shuffle", seed);
    expect(verdictsOf(shared), `seed ${seed}\n${shared.stdout}`).toEqual(alone);
    expect(shared.stdout).toContain("its gateway goes on");
  }
}, 900_000);
