import { join } from "node:path";
import { valid } from "semver";
import { withoutUndefined } from "../../base/json.ts";
import { recognizeTarget } from "../../base/target.ts";
import { compareText } from "../../base/text.ts";
import { readReport } from "../../report/read-report.ts";
import type { RunReport, ScenarioReport } from "../../report/schema/report-schema.ts";
import { findReportFolders } from "../find.ts";
import { mergedAway } from "../merged-shards.ts";
import { hasNoVerdict } from "../no-verdict.ts";

/** One result of one scenario. */
export interface Sample {
  id: string;
  title: string;
  /** As given to --gateway. */
  gateway: string;
  /** Behind the agent: `mock-openai` is the scripted model. */
  providerMode: string;
  /** The run's platform, such as `linux-x64`. */
  platform: string;
  /** The gateway's, as it introduced itself; from its target if it did not get that far. */
  version?: string;
  runId: string;
  /** ISO time at which the run started, by its own clock. */
  at: string;
  /** `none`: the run was cut short before there was a result. */
  verdict: ScenarioReport["verdict"] | "none";
  /** Of a failure: where its cause lies. */
  fault?: ScenarioReport["fault"];
  flaky: boolean;
  /** Milliseconds. */
  durationMs: number;
}

/**
 * Whether it says something about the scenario: a failure through a fault of the harness or the environment does not.
 */
export function isConclusive({ verdict, fault }: Sample): boolean {
  return verdict === "passed" || (verdict === "failed" && (fault === "product" || fault === "scenario"));
}

export interface Past {
  /** Oldest first. */
  samples: Sample[];
  /** How many reports they are from. */
  reports: number;
  /** What could not be read, as messages. */
  warnings: string[];
}

/**
 * Reads every report below a folder, each run once: the shards of a merge are left out if the merged report is there
 * too, and copies of a run count once.
 * @param show how a path is shown to the user
 * @throws when a folder cannot be read
 */
export async function readPast(folder: string, show: (path: string) => string): Promise<Past> {
  const folders = await findReportFolders(folder);
  const merged = await mergedAway(folders);
  const reports = new Map<string, RunReport>();
  const warnings: string[] = [];
  for (const path of folders) {
    const reading = await readReport(join(path, "report.json"));
    const broken = "problem" in reading ? `report.json: ${reading.problem}` : onPurpose(reading.report);
    if (broken) warnings.push(`${show(path)} is left out: ${broken}`);
    else if ("report" in reading && !merged.has(reading.report.runId))
      reports.set(reading.report.runId, reading.report);
  }
  const ordered = [...reports.values()].sort(
    (a, b) => compareText(a.startedAt, b.startedAt) || compareText(a.runId, b.runId),
  );
  return { samples: ordered.flatMap(samplesOf), reports: ordered.length, warnings };
}

/** Such a run says nothing about the gateway. */
function onPurpose({ faults = [] }: RunReport): string | undefined {
  return faults.length > 0 ? `its gateway was broken on purpose by ${faults.join(", ")}` : undefined;
}

function samplesOf(report: RunReport): Sample[] {
  return report.scenarios.map((scenario) => {
    const { id, title, verdict, fault, flaky, durationMs } = scenario;
    const version = scenario.gateway?.version ?? targetVersion(report.gateway);
    return withoutUndefined({
      id,
      title,
      gateway: report.gateway,
      providerMode: report.providerMode,
      platform: report.tool.platform,
      version,
      runId: report.runId,
      at: report.startedAt,
      verdict: hasNoVerdict(scenario) ? "none" : verdict,
      fault,
      flaky,
      durationMs,
    });
  });
}

/** `2026.4.26` for `openclaw@2026.4.26`; undefined for a range or a tag. */
function targetVersion(text: string): string | undefined {
  const target = recognizeTarget(text);
  return target?.kind === "openclaw" ? (valid(target.spec) ?? undefined) : undefined;
}
