import { mkdir, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { wholeTranscript } from "../channel/transcript.ts";
import { refusedConnections } from "../gateway/process/outside.ts";
import type { ScenarioFinished } from "../report/events.ts";
import { SHAPES_FILE } from "../shape/answers.ts";
import type { AttemptProcess } from "./attempt/host/process.ts";
import type { RunSetup } from "./setup.ts";
import type { Testbed } from "./testbed/testbed.ts";

/** What the gateway did with its files, a line of JSON each. */
export const OPERATIONS_FILE = "operations.jsonl";

/**
 * Keeps what a person needs to understand the scenario later: the channel's transcript, the requests
 * that the model received, the gateway's log, the shapes of its answers, what the scenario printed. Redacted; what is empty is not written.
 */
export async function writeEvidence(
  folder: string,
  testbed: Testbed,
  attempt: Pick<AttemptProcess, "output">,
  { reportFolder, secrets }: RunSetup,
): Promise<ScenarioFinished["evidence"]> {
  const parts: { kind: string; name: string; text: string }[] = [
    { kind: "transcript", name: "transcript.txt", text: wholeTranscript(testbed.bus) },
    { kind: "model requests", name: "model-requests.jsonl", text: jsonLines(testbed.model?.requests ?? []) },
    {
      kind: "requests to fakes",
      name: "http-requests.jsonl",
      text: jsonLines(secrets.redact(testbed.http?.requests ?? [])),
    },
    { kind: "gateway log", name: "gateway.log", text: testbed.log() },
    { kind: "rpc shapes", name: SHAPES_FILE, text: testbed.answers.toText() },
    {
      kind: "refused connections",
      name: "refused-connections.jsonl",
      text: jsonLines(testbed.refusedLog ? await refusedConnections(testbed.refusedLog) : []),
    },
    {
      kind: "operations of the gateway",
      name: OPERATIONS_FILE,
      text: jsonLines((await testbed.faults.record())?.operations ?? []),
    },
    { kind: "scenario output", name: "scenario-output.log", text: attempt.output },
  ];
  const present = parts.filter(({ text }) => text.trim() !== "");
  if (present.length === 0) return [];
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return Promise.all(
    present.map(async ({ kind, name, text }) => {
      const path = join(folder, name);
      await writeFile(path, secrets.redactText(text.endsWith("\n") ? text : `${text}\n`), { mode: 0o600 });
      return { kind, path: relative(reportFolder, path) };
    }),
  );
}

function jsonLines(values: readonly unknown[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join("");
}
