import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { reportIn, summarize, type Times } from "./measure.ts";

/** The variable that allows a run to update a gateway; without it there is nothing to measure. */
export const UPDATE_GUARD = "OPENCLAW_QA_ALLOW_UPDATE_RUN_SELF";

/** How long a gateway answers no health check, over HTTP or RPC, in milliseconds. */
export interface Downtime {
  what: string;
  gap: Times;
}

type RunQa = (...args: string[]) => Promise<number>;

const SAMPLES = 10;

/** A requested restart of the gateway that every scenario gets. */
export async function measureRestart(folder: string, runQa: RunQa): Promise<Downtime> {
  const request = { delayMs: 0, skipDeferral: true, skipCooldown: true };
  const flow = disruptions(["gateway.restart.request", request]);
  const gap = await measure(folder, "bench-restart", "risk: low", flow, runQa);
  return { what: "restart", gap };
}

/** An update of an installed release under its supervisor, back and forth between two versions. */
export async function measureUpdate(folder: string, runQa: RunQa): Promise<Downtime> {
  const frontMatter = `risk: destructive
execution:
  timeoutMs: 300000
  stepTimeoutMs: 300000
  config: { allowEnv: ${UPDATE_GUARD}, sourceVersion: 1.0.0 }`;
  const target = { expr: "before.version === '1.0.0' ? '1.1.0' : '1.0.0'" };
  const flow = disruptions(["update.run", { target, allowDowngrade: true }, { timeoutMs: 60_000 }]);
  const gap = await measure(folder, "bench-update", frontMatter, flow, runQa);
  return { what: "update", gap };
}

async function measure(
  folder: string,
  id: string,
  frontMatter: string,
  flow: string,
  runQa: RunQa,
): Promise<Times> {
  const pack = join(folder, id);
  const out = join(folder, `${id}-report`);
  await mkdir(join(pack, "bench"), { recursive: true });
  await writeFile(join(pack, "bench", `${id}.md`), scenario(id, frontMatter, flow));
  await runQa("run", id, "--pack", pack, "--out", out);
  const gaps: number[] = JSON.parse((await reportIn(out)).scenarios[0]?.steps[0]?.details ?? "[]");
  // The first one also fills caches.
  return summarize(gaps.slice(1));
}

/** Steps that make the same call again and again, and watch the gateway's health from before to after. */
function disruptions(callArgs: readonly unknown[]): string {
  return `steps:
  - name: measures
    actions:
      - call: waitForQaChannelReady
        args: [{ ref: env }]
      - set: gaps
        value: []
      - forEach:
          items: { expr: "Array.from({ length: ${SAMPLES + 1} })" }
          item: sample
          actions:
            - call: readGatewayIdentity
              saveAs: before
              args: [{ ref: env }]
            - call: startHealthProbe
              saveAs: probe
              args: [{ ref: env }]
            - call: env.gateway.call
              args: ${JSON.stringify(callArgs)}
            - call: waitForRestart
              args: [{ ref: env }, { ref: before }]
            - call: stopHealthProbe
              saveAs: outage
              args: [{ ref: env }, { ref: probe }]
            - set: gaps
              value: { expr: "[...gaps, outage.longestGapMs]" }
    detailsExpr: "JSON.stringify(gaps)"
`;
}

function scenario(id: string, frontMatter: string, flow: string): string {
  return `---
id: ${id}
title: How long a gateway is away
surface: runtime
coverage: { primary: [bench.downtime] }
objective: Measure without judging.
successCriteria: [It runs.]
${frontMatter}
---

\`\`\`yaml qa-flow
${flow}\`\`\`
`;
}
