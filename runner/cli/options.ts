import { REPORTERS } from "../report/reporters/index.ts";
import type { PreparedScenario } from "../run/prepared.ts";
import {
  COUNT,
  COUNT_OR_NONE,
  DURATION,
  FACTOR,
  LIST,
  type OptionSpec,
  PATH,
  type Parsed,
  PERCENT,
  SHARD,
  STATE,
  TARGET,
  TARGETS,
} from "./option-spec.ts";

/** Commands that have options. */
export const COMMAND_NAMES = [
  "run",
  "parity",
  "bisect",
  "compat",
  "prove",
  "rehearse",
  "list",
  "check",
  "new",
  "init",
  "fmt",
  "lsp",
  "matrix",
  "night",
  "gateway list",
  "gateway prune",
  "release-check",
  "merge",
  "history",
  "show",
] as const;

export type CommandName = (typeof COMMAND_NAMES)[number];

const CHOOSE = "Choose scenarios:";
const GATEWAY = "Gateway:";
const PLUGIN = "Plugin:";
const MODEL = "Model:";
const ORDER = "Order and time:";
const REPORT = "Report:";

/**
 * Every option of every command, declared once. The types of the parsed options, what Commander checks and shows, the
 * commands that reports quote, and the options that report.json stores all come from here: an option is added by adding
 * it here. Rooms below this one know no flags: they take values, and are given a function that writes these as flags
 * where they need one. In the order of the help; `lane` and `gateway` come first in a command that is written out.
 */
export const OPTIONS = {
  all: {
    about: "run every scenario that fits the gateway (default with --pack: all of the pack's)",
    on: ["run", "parity", "prove"],
    but: { parity: { about: "run every scenario, each on the gateways that it is for" } },
    group: CHOOSE,
    replay: "choice",
  },
  tag: {
    takes: "<tag>",
    about: "theme, surface, coverage id or own tag; any of them (repeatable)",
    on: ["run", "parity", "prove", "list"],
    repeatable: true,
    group: CHOOSE,
    replay: "choice",
  },
  row: {
    takes: "<name>",
    about: "only this row of the chosen scenarios' examples (repeatable)",
    on: ["run"],
    repeatable: true,
    group: CHOOSE,
    replay: "choice",
  },
  lane: {
    takes: "<name>",
    about: "run what a lane says, on one of its gateways; ids narrow what it chooses",
    on: ["run"],
    group: CHOOSE,
    replay: "context",
  },
  lanes: {
    takes: "<file>",
    about: "read lanes from this file (default: this repository's qa/lanes.yaml)",
    on: ["run", "check", "matrix", "night"],
    but: {
      check: { about: "check this lanes file, its packs and the quarantine list beside it instead" },
    },
    kind: PATH,
    group: CHOOSE,
    replay: "context",
  },
  shard: {
    takes: "<index/total>",
    about: "run one shard of what was chosen, for instance 2/5",
    on: ["run"],
    kind: SHARD,
    group: CHOOSE,
    replay: "choice",
  },
  durations: {
    takes: "<path>",
    about:
      "cut shards by how long scenarios took in the reports below this folder, or by a night's durations.json",
    on: ["run", "matrix", "night"],
    kind: PATH,
    group: CHOOSE,
    replay: "choice",
  },
  lastFailed: {
    takes: "[folder]",
    about: "run again what failed in the latest report (default: below reports/)",
    on: ["run"],
    kind: PATH,
    group: CHOOSE,
    replay: "choice",
  },
  changed: {
    takes: "[ref]",
    about:
      "of what is chosen, or of all, run what files concern that differ from this commit or branch (default: HEAD)",
    on: ["run"],
    group: CHOOSE,
    replay: "choice",
  },
  watch: {
    about: "run again what each saved file concerns, until q or Ctrl-C",
    on: ["run"],
    group: CHOOSE,
    replay: "choice",
  },
  gateway: {
    takes: "<target>",
    about:
      "embedded, openclaw@<version> for a published release, or ws://127.0.0.1:<port> for one that is already running (default: embedded, or the lane's)",
    on: ["run", "prove"],
    but: {
      prove: {
        about: "embedded, or openclaw@<version>, of which only the borders can be broken (default: embedded)",
      },
    },
    kind: TARGET,
    group: GATEWAY,
    replay: "context",
  },
  gateways: {
    takes: "<targets>",
    about:
      "comma-separated, for instance embedded,openclaw@2026.4.26; the others are compared with the first",
    on: ["parity"],
    kind: TARGETS,
    group: GATEWAY,
    replay: "context",
  },
  allowWrites: {
    about: "let scenarios change a gateway that is already running",
    on: ["run"],
    group: GATEWAY,
    replay: "context",
  },
  updateTo: {
    takes: "<release>",
    about:
      "version, range or dist-tag that a published release updates itself to, where a scenario has it do so (default: what the scenario says)",
    on: ["run"],
    group: GATEWAY,
    replay: "context",
  },
  from: {
    takes: "<version>",
    about: "release to update from: 1.0.0, or openclaw@2026.4.26 (default: the latest)",
    on: ["release-check", "rehearse", "new"],
    but: {
      new: { takes: "<id>", about: "copy this scenario under the new id and title" },
      rehearse: { takes: "<release>", about: "what is installed now (default: what the installation says)" },
    },
    group: GATEWAY,
    replay: "context",
  },
  via: {
    takes: "<version>",
    about: "release that the same installation is updated to on the way (repeatable)",
    on: ["release-check"],
    repeatable: true,
    group: GATEWAY,
    replay: "context",
  },
  to: {
    takes: "<version>",
    about: "release to check: 1.1.0, or openclaw@2026.9.6",
    on: ["release-check", "rehearse"],
    but: {
      rehearse: { takes: "<release>", about: "version, range or dist-tag to update to, for instance latest" },
    },
    required: true,
    group: GATEWAY,
    replay: "context",
  },
  state: {
    takes: "<folder|tgz>",
    about:
      "the installation: its state folder, an archive of it, or state:<id> of the library, state:all for each (default: ~/.openclaw)",
    on: ["rehearse"],
    kind: STATE,
    group: GATEWAY,
    replay: "context",
  },
  good: {
    takes: "<release>",
    about: "version, range or dist-tag of a release on which the scenario passes",
    on: ["bisect"],
    required: true,
    group: GATEWAY,
    replay: "context",
  },
  bad: {
    takes: "<release>",
    about: "a later release on which it fails",
    on: ["bisect"],
    required: true,
    group: GATEWAY,
    replay: "context",
  },
  keep: {
    about: "leave the releases that were fetched for this in the cache",
    on: ["bisect"],
    group: GATEWAY,
    replay: "policy",
  },
  releases: {
    takes: "<releases>",
    about:
      "embedded, last:3, versions, tags or ranges with commas between, or 2026.4.26..2026.9.6, within which the first broken one is searched (default: the oldest that the plugin says it is for, and the newest)",
    on: ["compat"],
    group: GATEWAY,
    replay: "context",
  },
  call: {
    about:
      "call commands too, and tools that may change something: all but those whose manifest says that they only read",
    on: ["compat"],
    group: PLUGIN,
    replay: "context",
  },
  config: {
    takes: "<file>",
    about: "JSON file with the plugin's config",
    on: ["compat"],
    kind: PATH,
    group: PLUGIN,
    replay: "context",
  },
  arguments: {
    takes: "<file>",
    about: "JSON file with arguments by tool, instead of those that its schema leads to",
    on: ["compat"],
    kind: PATH,
    group: PLUGIN,
    replay: "context",
  },
  secret: {
    takes: "<variable>",
    about: "environment variable that the gateway gets and nothing shows (repeatable)",
    on: ["compat"],
    repeatable: true,
    group: PLUGIN,
    replay: "context",
  },
  allowScripts: {
    about: "let install scripts of plugins from elsewhere and of their dependencies run",
    on: ["run", "compat"],
    group: PLUGIN,
    replay: "context",
  },
  phase: {
    takes: "<phase>",
    about: "check only this: fresh, an install of its own, or upgrade, the updates to it",
    on: ["release-check"],
    choices: ["fresh", "upgrade"],
    group: GATEWAY,
    replay: "context",
  },
  days: {
    takes: "<n>",
    about: "how long a release may stay unused",
    on: ["gateway prune"],
    kind: COUNT,
    default: 30,
    group: GATEWAY,
    replay: "policy",
  },
  model: {
    takes: "<mode>",
    about: "scripted, or live: the provider that the environment names (default: scripted)",
    on: ["run"],
    choices: ["scripted", "live"],
    group: MODEL,
    replay: "context",
  },
  pack: {
    takes: "<folder>",
    about: "read scenarios from this folder too (repeatable)",
    on: ["run", "parity", "prove", "list", "check", "matrix", "night", "bisect"],
    kind: PATH,
    repeatable: true,
    group: CHOOSE,
    replay: "context",
  },
  builtin: {
    about: "read the scenarios that come with the tool too, as --pack builtin: does",
    on: ["run", "parity", "prove", "list", "bisect"],
    group: CHOOSE,
    replay: "context",
  },
  trust: {
    about: "grant the packs given with --pack every permission that their flows use",
    on: ["run", "parity", "prove", "bisect"],
    group: CHOOSE,
    replay: "context",
  },
  modelScript: {
    takes: "<path>",
    about: "how the model answers, by scenario: a YAML file, or a folder with <id>.yaml files (repeatable)",
    on: ["run", "parity", "prove", "check", "bisect"],
    kind: PATH,
    repeatable: true,
    group: MODEL,
    replay: "context",
  },
  fault: {
    takes: "<name>",
    about:
      "break the embedded gateway on purpose, or what stands at the borders of any: model.cut, model.cut@2 for the second time, model.cut@2+ from then on (repeatable)",
    on: ["run", "prove"],
    but: {
      prove: {
        about:
          "only these faults, or globs over them (repeatable; default: all of the gateway's own, and of a release those at its borders)",
      },
    },
    repeatable: true,
    group: GATEWAY,
    replay: "context",
  },
  jobs: {
    takes: "<n>",
    about: "scenarios at the same time (default: by cores and free memory)",
    on: ["run", "parity", "prove", "night"],
    but: { night: { about: "scenarios at the same time, in each job" } },
    kind: COUNT,
    group: ORDER,
    replay: "policy",
  },
  retries: {
    takes: "<n>",
    about: "try a failed scenario again, up to n times; a pass then is flaky",
    on: ["run", "parity"],
    kind: COUNT_OR_NONE,
    conflicts: "repeat",
    group: ORDER,
    replay: "policy",
  },
  repeat: {
    takes: "<n>",
    about: "run every scenario n times; one failure is a failure",
    on: ["run"],
    kind: COUNT,
    group: ORDER,
    replay: "policy",
  },
  confirm: {
    takes: "<n>",
    about:
      "a release is judged once n more of its runs say so than say the opposite; with 2 that is 2 of 2 runs or 3 of 4",
    on: ["bisect"],
    kind: COUNT,
    default: 2,
    group: ORDER,
    replay: "policy",
  },
  healthy: {
    takes: "<n>",
    about: "runs on the healthy gateway that have to pass before anything is broken",
    on: ["prove"],
    kind: COUNT,
    default: 10,
    group: ORDER,
    replay: "policy",
  },
  generated: {
    takes: "[n]",
    about:
      "draw n mutants of the embedded gateway's own source instead, and try each until it is noticed (default: 400)",
    on: ["prove"],
    kind: COUNT,
    group: CHOOSE,
    replay: "choice",
    conflicts: "fault",
  },
  seed: {
    takes: "<n>",
    about: "with --generated: which mutants are drawn; the same number draws the same",
    on: ["prove"],
    kind: COUNT,
    default: 1,
    group: CHOOSE,
    replay: "choice",
  },
  vacuous: {
    about: "show instead what is expected in a step and holds as well when the step does nothing",
    on: ["prove"],
    group: CHOOSE,
    replay: "choice",
    conflicts: "generated",
  },
  crash: {
    about:
      "kill the gateway instead, at each write, rename, fsync, unlink and spawn of a scenario, and see whether it keeps what it has promised",
    on: ["prove"],
    group: ORDER,
    replay: "policy",
  },
  at: {
    takes: "<point>",
    about: "with --crash: only at this point (repeatable)",
    on: ["prove"],
    repeatable: true,
    group: ORDER,
    replay: "policy",
  },
  sample: {
    takes: "<n>",
    about: "with --crash: at so many of a scenario's points, drawn evenly",
    on: ["prove"],
    kind: COUNT,
    group: ORDER,
    replay: "policy",
  },
  budget: {
    takes: "<duration>",
    about: "time for all of it, for instance 20m; what is left then is tried the next time",
    on: ["prove"],
    kind: DURATION,
    group: ORDER,
    replay: "policy",
  },
  min: {
    takes: "<percent>",
    about: "the scenarios have to notice at least so many of the faults that they come by",
    on: ["prove"],
    kind: PERCENT,
    group: ORDER,
    replay: "policy",
  },
  kept: {
    takes: "<file>",
    about:
      "where results are kept, to be checked in (default: qa/proven.json; of a release, the report's folder)",
    on: ["prove"],
    kind: PATH,
    group: REPORT,
    replay: "context",
  },
  junit: {
    takes: "<file>",
    about: "write the result there too, as JUnit XML",
    on: ["prove"],
    kind: PATH,
    group: REPORT,
    replay: "output",
  },
  failOnFlaky: {
    about: "fail the run if a scenario passes only on a later try",
    on: ["run"],
    group: ORDER,
    replay: "policy",
  },
  bail: {
    takes: "[n]",
    about: "start no further scenario after n failures (default: 1)",
    on: ["run"],
    kind: COUNT,
    group: ORDER,
    replay: "policy",
  },
  timeout: {
    takes: "<duration>",
    about: "time for the whole run, for instance 90s, 20m or 1h",
    on: ["run"],
    kind: DURATION,
    group: ORDER,
    replay: "policy",
  },
  slow: {
    takes: "<factor>",
    about:
      "give everything so many times as long, on a slow or busy machine (default: GATEWAY_QA_SLOW, or 1)",
    on: ["run", "parity", "night", "release-check", "prove", "rehearse", "bisect"],
    kind: FACTOR,
    group: ORDER,
    replay: "policy",
  },
  bootAhead: {
    takes: "<n>",
    about:
      "gateways that start while the scenario before theirs runs (default: 1 on a published release if memory allows, else 0)",
    on: ["run"],
    kind: COUNT_OR_NONE,
    group: ORDER,
    replay: "policy",
  },
  shareGateway: {
    about: "run scenarios on the same gateway, one after another, as long as it is proved to be as it was",
    on: ["run"],
    group: ORDER,
    replay: "policy",
  },
  shuffle: {
    takes: "[seed]",
    about: "run scenarios in an order made of this number (default: one that is chosen and printed)",
    on: ["run"],
    kind: COUNT,
    group: ORDER,
    replay: "policy",
  },
  reports: {
    takes: "<folders>",
    about: "compare finished runs instead: comma-separated folders of reports",
    on: ["parity"],
    kind: LIST,
    group: REPORT,
    replay: "context",
  },
  page: {
    about: "write page.html too: two gateways side by side, for those who use them",
    on: ["parity"],
    group: REPORT,
    replay: "output",
  },
  sinceVersion: {
    about: "name the release of the gateway in which a scenario began to fail",
    on: ["history"],
    group: REPORT,
    replay: "output",
  },
  expect: {
    takes: "<matrix.json>",
    about: "what `qa matrix --format json` printed: each of its jobs must have a report",
    on: ["merge"],
    kind: PATH,
    group: REPORT,
    replay: "context",
  },
  out: {
    takes: "<folder>",
    about: "where the report goes (default: reports/<run id>)",
    on: ["run", "parity", "compat", "prove", "rehearse", "matrix", "night", "merge", "bisect"],
    but: {
      rehearse: { about: "where page and JSON go (default: reports/rehearse-<run id>)" },
      compat: { takes: "<file>", about: "write the report there, in the given format" },
      parity: { about: "where the reports go (default: reports/parity-<run id>)" },
      bisect: {
        about: "where the search goes, or is gone on with (default: reports/bisect-<run id>)",
      },
      night: { about: "where the reports go (default: reports/night-<time>)" },
      matrix: {
        takes: "<file>",
        about: "also write the whole matrix there as JSON, for `qa merge --expect`",
      },
      merge: { about: "where the merged report goes; new or empty", required: true },
    },
    kind: PATH,
    group: REPORT,
    replay: "output",
  },
  scenario: {
    takes: "<id>",
    about: "this scenario of the run (default: with --text, those that did not pass)",
    on: ["show"],
    group: CHOOSE,
    replay: "choice",
  },
  history: {
    takes: "<folder>",
    about: "mark each scenario on the page with its verdicts in the reports below this folder",
    on: ["show"],
    kind: PATH,
    group: REPORT,
    replay: "output",
  },
  text: {
    about: "print the evidence here instead of opening the page",
    on: ["show"],
    group: REPORT,
    replay: "output",
  },
  step: {
    takes: "<n>",
    about: "as text: only this step, counted from 1",
    on: ["show"],
    kind: COUNT,
    group: REPORT,
    replay: "output",
  },
  messages: {
    about: "as text: what went over the channel",
    on: ["show"],
    group: REPORT,
    replay: "output",
  },
  showModel: {
    flag: "--model",
    about: "as text: the requests to the model, and what was new in each",
    on: ["show"],
    group: REPORT,
    replay: "output",
  },
  calls: {
    about: "as text: what was asked of the gateway, and its answers",
    on: ["show"],
    group: REPORT,
    replay: "output",
  },
  showConfig: {
    flag: "--config",
    about: "as text: how the gateway's config and the rest of its state changed",
    on: ["show"],
    group: REPORT,
    replay: "output",
  },
  log: {
    about: "as text: what the gateway logged",
    on: ["show"],
    group: REPORT,
    replay: "output",
  },
  noOpen: {
    about: "only print the path of the page",
    on: ["show"],
    group: REPORT,
    replay: "output",
  },
  reporter: {
    takes: "<name>",
    about: `${Object.keys(REPORTERS).join(", ")}, or the path of your own; junit=<file> says where (repeatable)`,
    on: ["run"],
    repeatable: true,
    group: REPORT,
    replay: "output",
  },
  format: {
    takes: "<format>",
    about: "github is one line for fromJSON in a workflow, gitlab a child pipeline",
    on: ["matrix", "compat", "check"],
    but: {
      check: {
        about: "sarif is for services that show findings in the code",
        choices: ["text", "json", "sarif"],
      },
      matrix: { choices: ["text", "json", "github", "gitlab"] },
      compat: {
        about: "table for people, markdown for a pull request, or json",
        choices: ["table", "json", "markdown"],
        default: "table",
      },
    },
    choices: ["text", "json", "github", "gitlab", "table", "markdown", "sarif"],
    default: "text",
    group: REPORT,
    replay: "output",
  },
  check: {
    about: "change nothing: list the files that would be changed, and end with 1 if there are any",
    on: ["fmt"],
    group: REPORT,
    replay: "output",
  },
  proven: {
    about: "end with 1 if a scenario was never seen to fail, or not since it changed, as `qa prove` shows it",
    on: ["check"],
    group: REPORT,
    replay: "context",
  },
  stdio: {
    about: "speak over stdin and stdout, as it does anyway: many editors say so",
    on: ["lsp"],
    group: REPORT,
    replay: "context",
  },
  yes: {
    about: "ask nothing: fetch the newest release of OpenClaw where it is needed",
    on: ["init"],
    group: ORDER,
    replay: "policy",
  },
  dryRun: {
    about: "only name the files that would be written or changed",
    on: ["init"],
    group: REPORT,
    replay: "output",
  },
  theme: {
    takes: "<folder>",
    about: "folder of the pack to write to, for instance channels (default: the one you stand in)",
    on: ["new"],
    group: CHOOSE,
    replay: "choice",
  },
  title: {
    takes: "<text>",
    about: "name for people (default: the words of the id)",
    on: ["new"],
    group: CHOOSE,
    replay: "choice",
  },
  json: {
    about: "print JSON",
    on: [
      "list",
      "check",
      "fmt",
      "gateway list",
      "release-check",
      "prove",
      "rehearse",
      "merge",
      "history",
      "bisect",
    ],
    but: {
      rehearse: { about: "print the report as JSON instead of the page" },
      check: { about: "print { files, diagnostics } as JSON, as --format json does" },
      fmt: { about: "print { files, changed, diagnostics } as JSON" },
      "release-check": { about: "print the findings as JSON" },
      merge: { about: "print merged.json instead of text" },
    },
    group: REPORT,
    replay: "output",
  },
} as const satisfies Readonly<Record<string, OptionSpec<CommandName>>>;

export type OptionName = keyof typeof OPTIONS;

/** The parsed options of one command. */
export type OptionsOf<Name extends CommandName> = Parsed<typeof OPTIONS, Name>;

/** The options of `qa run`, and what another command decides for the user. */
export type RunOptions = OptionsOf<"run"> & {
  /** Which of the ids the user named, when a command chose them for the user. */
  named?: readonly string[];
  /** The ids are those of an earlier run: one that no scenario has any more is named and left out. */
  again?: true;
  /** Nothing is shown of the run; its report is written. */
  quiet?: true;
  /** Each attempt reports which faults it could have been broken with. */
  watchFaults?: true;
  /** What runs of what was chosen. */
  arrange?(chosen: readonly PreparedScenario[]): PreparedScenario[];
  /** The command that runs again what `arrange` made. */
  rerun?(id: string): string;
};
