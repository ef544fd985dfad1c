import { mkdir, readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { replaceJsonFile } from "../base/files.ts";
import { userFolder } from "../base/invocation.ts";
import { JsonFormat } from "../base/json-format.ts";
import {
  BISECT_VERSION,
  type BisectReport,
  bisectSchema,
  type JudgedRelease,
} from "../bisect/bisect-schema.ts";
import { newRunId } from "./session.ts";
import { outFolder, reportsFolder } from "./workspace.ts";

const FILE = "bisect.json";
const PREFIX = "bisect-";

const FORMAT = new JsonFormat<BisectReport>({
  what: "a search",
  version: BISECT_VERSION,
  schema: bisectSchema,
});

/** A search on disk: what was judged is written down at once, so that an interrupted one can be gone on with. */
export class KeptSearch {
  /** Absolute. */
  readonly folder: string;
  readonly report: BisectReport;
  /** It began earlier. */
  readonly goesOn: boolean;

  private constructor(folder: string, report: BisectReport, goesOn: boolean) {
    this.folder = folder;
    this.report = report;
    this.goesOn = goesOn;
  }

  /**
   * Goes on with the search that was asked for in the same way and did not come to its end, in the folder that is named
   * or, without one, below the reports; else begins one. Releases of which nothing could be said are tried again.
   * @throws UsageError as `outFolder`
   */
  static async open(out: string | undefined, fresh: BisectReport): Promise<KeptSearch> {
    const candidates = out === undefined ? await searches() : [resolve(userFolder(), out)];
    for (const folder of candidates) {
      const reading = await FORMAT.read(join(folder, FILE));
      if (!("value" in reading) || reading.value.key !== fresh.key || reading.value.result) continue;
      const judged = reading.value.judged.filter(({ judgement }) => judgement !== "unknown");
      return new KeptSearch(folder, { ...reading.value, command: fresh.command, judged }, true);
    }
    const folder = outFolder(out, "search", PREFIX + newRunId());
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return new KeptSearch(folder, fresh, false);
  }

  /** What is known of a release; a new entry for one that is tried for the first time. */
  of(version: string): JudgedRelease {
    const known = this.report.judged.find((release) => release.version === version);
    if (known) return known;
    const release: JudgedRelease = { version, runs: [] };
    this.report.judged.push(release);
    return release;
  }

  async save(): Promise<void> {
    await replaceJsonFile(join(this.folder, FILE), this.report);
  }

  /** Folder for the report of another run on a release; one of an interrupted run is passed over. */
  async nextRun(version: string): Promise<string> {
    const folder = join(this.folder, version);
    const taken = await readdir(folder).catch((): string[] => []);
    let number = 1;
    while (taken.includes(`run-${number}`)) number += 1;
    return join(folder, `run-${number}`);
  }
}

/** Folders of searches below the reports, the latest first. */
async function searches(): Promise<string[]> {
  const root = reportsFolder();
  const names = await readdir(root).catch((): string[] => []);
  return names
    .filter((name) => name.startsWith(PREFIX))
    .sort()
    .reverse()
    .map((name) => join(root, name));
}
