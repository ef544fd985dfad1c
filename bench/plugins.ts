import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { reportIn, summarize, type Times } from "./measure.ts";

/** What a registry of a given size costs. Times in milliseconds. */
export interface RegistryCost {
  what: string;
  ready: Times;
  list: Times;
  firstTurn: Times;
  /** Plugins whose code the first turn imported. */
  imports: number;
}

type RunQa = (...args: string[]) => Promise<number>;

/** Measures the start, a listing and a first turn with `count` plugins, of which the turn needs one. */
export async function measureRegistry(
  folder: string,
  count: number,
  narrowing: boolean,
  runQa: RunQa,
): Promise<RegistryCost> {
  const root = join(folder, `registry-${count}-${narrowing ? "narrowed" : "all"}`);
  const plugins = join(root, "plugins");
  for (let index = 0; index < count; index += 1) await writePlugin(plugins, index);
  const pack = join(root, "pack");
  await mkdir(join(pack, "bench"), { recursive: true });
  await writeFile(join(pack, "bench", "registry.md"), scenario(plugins));

  const samples: { ready: number; list: number; firstTurn: number; imports: number }[] = [];
  for (let run = 0; run < 6; run += 1) {
    const out = join(root, `run-${run}`);
    const faults = narrowing ? [] : ["--fault", "plugins-load-all"];
    await runQa("run", "bench-registry", "--pack", pack, "--out", out, ...faults);
    const [measured] = (await reportIn(out)).scenarios;
    const details = JSON.parse(measured?.steps[0]?.details ?? "{}");
    samples.push({ ready: measured?.gateway?.readyMs ?? Number.NaN, ...details });
  }
  // The first run also fills caches of the file system.
  const counted = samples.slice(1);
  return {
    what: `${count} plugins, ${narrowing ? "narrowed" : "all loaded"}`,
    ready: summarize(counted.map(({ ready }) => ready)),
    list: summarize(counted.map(({ list }) => list)),
    firstTurn: summarize(counted.map(({ firstTurn }) => firstTurn)),
    imports: Math.max(...counted.map(({ imports }) => imports)),
  };
}

/** Only the first plugin has a tool that every turn offers; those of the others are optional. */
async function writePlugin(folder: string, index: number): Promise<void> {
  const id = `bench-${index}`;
  const tool = `bench_tool_${index}`;
  const root = join(folder, id);
  const optional = index > 0;
  const manifest = {
    id,
    version: "1.0.0",
    contracts: { tools: [tool] },
    ...(optional ? { toolMetadata: { [tool]: { optional } } } : {}),
  };
  await mkdir(root, { recursive: true });
  await writeFile(join(root, "openclaw.plugin.json"), JSON.stringify(manifest));
  await writeFile(join(root, "package.json"), JSON.stringify({ name: id, version: "1.0.0", type: "module" }));
  await writeFile(
    join(root, "index.js"),
    `export function register(api) {
  api.registerTool(
    { name: ${JSON.stringify(tool)}, description: "A tool", parameters: { type: "object" }, execute: () => "done" },
    { optional: ${optional} },
  );
}
`,
  );
}

function scenario(plugins: string): string {
  return `---
id: bench-registry
title: What a registry costs
surface: plugins
coverage: { primary: [bench.registry] }
objective: Measure without judging.
successCriteria: [It runs.]
gatewayConfigPatch: ${JSON.stringify({ plugins: { load: { paths: [plugins] } } })}
---

\`\`\`yaml qa-flow
steps:
  - name: measures
    actions:
      - call: waitForQaChannelReady
        args: [{ ref: env }]
      - set: started
        value: { expr: "Date.now()" }
      - call: readPlugins
        args: [{ ref: env }]
      - set: listed
        value: { expr: "Date.now()" }
      - call: runAgentPrompt
        args: [{ ref: env }, { sessionKey: "agent:qa:bench", message: "Reply exactly: done" }]
      - set: replied
        value: { expr: "Date.now()" }
      - set: imports
        value: { expr: "(await readPluginLoads(env)).filter((load) => load.imported).length" }
    detailsExpr: "JSON.stringify({ list: listed - started, firstTurn: replied - listed, imports })"
\`\`\`
`;
}
