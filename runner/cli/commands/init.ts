import { join } from "node:path";
import type { Command } from "commander";
import packageJson from "../../../package.json" with { type: "json" };
import { QaError } from "../../base/errors.ts";
import { EXIT } from "../../base/exit-codes.ts";
import { commandLine, userFolder } from "../../base/invocation.ts";
import { displayPath } from "../../base/paths.ts";
import { EMBEDDED, type GatewayTarget } from "../../base/target.ts";
import { plural } from "../../base/text.ts";
import type { PlannedFile } from "../../init/files.ts";
import type { PackageManager } from "../../init/package-manager.ts";
import type { NewScenario, OfferedTools } from "../../init/scenario.ts";
import type { PluginSubject, Subject } from "../../init/subject.ts";
import type { ScenarioReport } from "../../report/schema/report-schema.ts";
import { addOptions, readOptions } from "../command-options.ts";
import type { OptionsOf } from "../options.ts";
import { examples } from "../output.ts";
import { print, printNote } from "../redacted.ts";
import { type Session, withSession } from "../session.ts";

type InitOptions = OptionsOf<"init">;

/** What runs a plugin that the embedded gateway does not. */
const NEWEST: GatewayTarget = { kind: "openclaw", spec: "latest" };

/** Declares `qa init`. */
export function addInitCommand(program: Command, finish: (exitCode: number) => void): Command {
  const command = program
    .command("init")
    .description(
      "set up tests in the repository of a plugin or of skills: a smoke scenario, lanes, a workflow; then run it",
    )
    .addHelpText("after", examples("qa init", "qa init --dry-run", "qa init --yes"));
  return addOptions(command, "init").action(async (options: InitOptions) => finish(await init(options)));
}

async function init(options: InitOptions): Promise<number> {
  const [{ requirePackages, subjectAround }, { packageManagerOf }] = await Promise.all([
    import("../../init/subject.ts"),
    import("../../init/package-manager.ts"),
  ]);
  const subject = subjectAround(userFolder());
  const manager = packageManagerOf(subject.root);
  print(`${describe(subject)}\n\n`);
  if (options.dryRun) {
    const { files } = await plan(subject, manager, undefined);
    printFiles(files, subject, { write: "would write", change: "would change", leave: "would leave" });
    return EXIT.passed;
  }
  requirePackages(subject, manager.install);
  return withSession((session) => setUp(subject, manager, options, session));
}

function describe(subject: Subject): string {
  if (subject.kind === "skills") {
    const names = subject.skills.map(({ name }) => name).join(", ");
    return subject.skills.length === 1 ? `A skill: ${names}.` : `Skills: ${names}.`;
  }
  const { id, tools } = subject;
  if (tools.length === 0) return `The plugin ${id}, whose manifest declares no tools.`;
  return `The plugin ${id}, with ${plural(tools.length, "tool")}: ${tools.join(", ")}.`;
}

/** The files, and the scenario among them. @param offered what was learnt of the plugin by running it */
async function plan(
  subject: Subject,
  manager: PackageManager,
  offered: OfferedTools | undefined,
): Promise<{ files: PlannedFile[]; scenario: NewScenario }> {
  const [
    { lanesOf, ownerOf, planFiles },
    { pluginScenario, skillScenario },
    { formatFile },
    { applyEdits },
    { existsSync },
  ] = await Promise.all([
    import("../../init/files.ts"),
    import("../../init/scenario.ts"),
    import("../../plan/format.ts"),
    import("../../scenario/writing/format.ts"),
    import("node:fs"),
  ]);
  const scenario = subject.kind === "plugin" ? pluginScenario(subject, offered) : skillScenario(subject);
  const file = { path: `${scenario.id}.md`, text: scenario.text };
  const files = planFiles(subject.root, applyEdits(file.text, formatFile(file)), {
    subject,
    manager,
    owner: ownerOf(subject.root),
    hasPackage: existsSync(join(subject.root, "package.json")),
    scenario: scenario.id,
    version: packageJson.version,
    lanes: lanesOf(subject.root),
  });
  return { files, scenario };
}

function printFiles(
  files: readonly PlannedFile[],
  { root }: Subject,
  words: Readonly<Record<PlannedFile["does"], string>>,
): void {
  const width = Math.max(...Object.values(words).map(({ length }) => length));
  for (const { path, does, what } of files) {
    const shown = displayPath(join(root, path), userFolder());
    print(`  ${words[does].padEnd(width)}  ${shown}${what === undefined ? "" : `: ${what}`}\n`);
  }
}

async function setUp(
  subject: Subject,
  manager: PackageManager,
  options: InitOptions,
  session: Session,
): Promise<number> {
  const [{ target, offered }, { writeFiles }] = await Promise.all([
    subject.kind === "plugin" ? learn(subject, options, session) : { target: EMBEDDED, offered: undefined },
    import("../../init/files.ts"),
  ]);
  const { files, scenario } = await plan(subject, manager, offered);
  await writeFiles(subject.root, files);
  printFiles(files, subject, { write: "written", change: "changed", leave: "left" });
  print("\n");
  const code = await run(scenario.id, { gateway: target }, {}, session);
  if (code === EXIT.passed)
    return (
      (await showFailure(subject, scenario, target, session)) ?? (await next(subject, manager, scenario))
    );
  if (code === EXIT.failed) {
    printNote(
      `\n${scenario.id} does not pass as it was written. Correct ${fileOf(subject, scenario)}, or what it found.\n`,
    );
  }
  return code;
}

/**
 * Where the plugin can run, and what its tools take.
 * @throws QaError `plugin-load-failed` or `cannot-run` where it runs nowhere, or may not be tried on a release
 */
async function learn(
  plugin: PluginSubject,
  options: InitOptions,
  session: Session,
): Promise<{ target: GatewayTarget; offered: OfferedTools }> {
  const embedded = await probe(plugin, EMBEDDED, session);
  if (!("problem" in embedded)) {
    const onRelease = commandLine(["compat", "--releases", "latest"]);
    if (embedded.warning !== undefined)
      print(`The embedded gateway warns: ${embedded.warning}\nA release is asked by \`${onRelease}\`.\n\n`);
    return { target: EMBEDDED, offered: embedded };
  }
  const { text, isItsOwn } = embedded.problem;
  const problem = isItsOwn ? text : `the embedded gateway cannot run it: ${text}`;
  if (await mayFetch(problem, options)) {
    const newest = await probe(plugin, NEWEST, session);
    if (!("problem" in newest)) return { target: NEWEST, offered: newest };
  }
  throw new QaError(problem, {
    code: isItsOwn ? "plugin-load-failed" : "cannot-run",
    fault: isItsOwn ? "product" : "environment",
    hint: `Nothing was written. ${isItsOwn ? "Correct it, and start again; with" : "With"} --yes it is tried on the newest release of OpenClaw.`,
  });
}

async function probe(plugin: PluginSubject, target: GatewayTarget, { signal, teardown }: Session) {
  const [{ resolveGatewayKind }, { probePlugin }] = await Promise.all([
    import("../../gateway/kinds.ts"),
    import("../../init/probe.ts"),
  ]);
  const kind = await resolveGatewayKind(target, { env: process.env, teardown });
  await kind.prepare(signal);
  const onLeft = (problem: string) => printNote(`clean-up: ${problem}\n`);
  return probePlugin(plugin, { kind, signal, onLeft });
}

async function mayFetch(problem: string, { yes }: InitOptions): Promise<boolean> {
  const isAsked = !yes && process.stdin.isTTY && process.stdout.isTTY;
  if (!yes && !isAsked) return false;
  printNote(`note: ${problem}\nnote: ${await noticeOfNewest()}\n`);
  if (!isAsked) return true;
  const { createInterface } = await import("node:readline/promises");
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = await terminal.question("Try it on the newest release of OpenClaw? [y/N] ");
    return /^y(?:es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}

/** @throws QaError `disk-full` */
async function noticeOfNewest(): Promise<string> {
  const [{ fetchNotice }, { cacheFolder }] = await Promise.all([
    import("../../gateway/openclaw/space.ts"),
    import("../../gateway/openclaw/cache.ts"),
  ]);
  return fetchNotice({ most: 1, atOnce: 1, folder: cacheFolder(process.env) });
}

/** `qa run` of one scenario. @param given besides the gateway @returns its exit code */
async function run(
  id: string,
  given: { gateway: GatewayTarget; pack?: string[] },
  quiet: { quiet?: true; out?: string },
  session: Session,
): Promise<number> {
  const { runScenarios } = await import("../run-scenarios.ts");
  return runScenarios([id], { ...readOptions("run", given, ["context"]), ...quiet }, session);
}

/** Runs the scenario on a broken copy, and shows how that looks. @returns the exit code if it is not as it should be */
async function showFailure(
  subject: Subject,
  { id }: NewScenario,
  target: GatewayTarget,
  session: Session,
): Promise<number | undefined> {
  const [{ brokenCopy }, { makeTempFolder }, { readReport }] = await Promise.all([
    import("../../init/broken-copy.ts"),
    import("../../base/temp-folder.ts"),
    import("../../report/read-report.ts"),
  ]);
  const folder = await makeTempFolder({ kind: "init", teardown: session.teardown });
  const { root, file } = await brokenCopy(subject, folder);
  const out = join(folder, "report");
  const pack = [join(root, "qa/scenarios")];
  const code = await run(id, { gateway: target, pack }, { quiet: true, out }, session);
  const reading = await readReport(join(out, "report.json"));
  const [broken] = "report" in reading ? reading.report.scenarios : [];
  if (code !== EXIT.failed || broken === undefined) {
    throw new QaError(
      `with ${file} broken in a copy, the scenario ends with ${code} and not with a failure`,
      {
        code: "not-noticed",
        fault: "harness",
        hint: "Look at what the scenario expects: it would not notice if this file did not work.",
      },
    );
  }
  print(`\nThe same with ${file} broken on purpose, in a copy:\n\n${failureText(id, file, broken)}\n`);
  return undefined;
}

/** The first line names the file. */
function failureText(id: string, file: string, { failure }: ScenarioReport): string {
  const headline = failure?.headline ?? failure?.message ?? "";
  const [first = "", ...others] = headline.split("\n");
  const named = first.includes(file) ? first : `${file}: ${first}`;
  const error = failure?.logLines?.find((line) => line.includes(" error ") && !headline.includes(line));
  return [
    `✗ ${id}`,
    ...[named, ...others, `step: ${failure?.step?.name}`].map((line) => `    ${line}`),
    ...(error === undefined ? [] : [`    log: ${error}`]),
    "",
  ].join("\n");
}

/** The scenario's file, as it is shown. */
function fileOf({ root }: Subject, { id }: NewScenario): string {
  return displayPath(join(root, "qa/scenarios", `${id}.md`), userFolder());
}

async function next(subject: Subject, manager: PackageManager, scenario: NewScenario): Promise<number> {
  const { isInstalled } = await import("../../init/subject.ts");
  const { name, version } = packageJson;
  print(
    [
      "Next:",
      `  open ${fileOf(subject, scenario)}, put real arguments and results into it`,
      `  ${commandLine(["run", scenario.id])}`,
      ...(isInstalled(subject.root, name) ? [] : [`  ${manager.addDevelopment(`${name}@${version}`)}`]),
      "",
    ].join("\n"),
  );
  return EXIT.passed;
}
