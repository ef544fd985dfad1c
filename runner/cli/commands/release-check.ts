import { EXIT } from "../../base/exit-codes.ts";
import { Teardown } from "../../base/teardown.ts";
import { EmbeddedKind } from "../../gateway/embedded/embedded.ts";
import { checkUpdate, type RouteReport } from "../../release-check/check.ts";
import { ROUTES } from "../../release-check/routes.ts";
import { watchInterrupt } from "../interrupt.ts";
import type { ReleaseCheckOptions } from "../release-check-options.ts";
import { REPO_ROOT } from "../workspace.ts";

const TEARDOWN_MS = 10_000;

/** `qa release-check`: both ways to update, each on an install of its own. */
export async function releaseCheck({ from, to, json }: ReleaseCheckOptions): Promise<number> {
  const interrupt = watchInterrupt();
  const teardown = new Teardown();
  const reports: RouteReport[] = [];
  let isClean = true;
  const onLeft = (problem: string) => {
    isClean = false;
    process.stderr.write(`clean-up: ${problem}\n`);
  };
  try {
    const kind = new EmbeddedKind(REPO_ROOT, teardown);
    for (const route of ROUTES) {
      const report = await checkUpdate(route, { kind, from, to, signal: interrupt.signal, onLeft });
      reports.push(report);
      if (!json) process.stdout.write(inWords(report));
    }
  } finally {
    for (const problem of await teardown.run(TEARDOWN_MS)) onLeft(problem);
    interrupt.dispose();
  }
  const passed = reports.every((report) => report.passed);
  if (json) process.stdout.write(`${JSON.stringify({ from, to, passed, routes: reports }, null, 2)}\n`);
  else process.stdout.write(`${from} to ${to}: ${passed ? "good to release" : "not good to release"}\n`);
  if (!passed) return EXIT.failed;
  return isClean ? EXIT.passed : EXIT.harness;
}

function inWords({ route, findings }: RouteReport): string {
  const lines = findings.map(({ what, ok, seen }) => `  ${ok ? "✓" : "✗"} ${what}: ${seen}\n`);
  return `${route}\n${lines.join("")}`;
}
