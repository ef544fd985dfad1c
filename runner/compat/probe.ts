import { sep } from "node:path";
import { toolOwners } from "../actions/extensions/tools.ts";
import { errorMessage, QaError } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import { secretValues } from "../base/secrets/names.ts";
import { Secrets } from "../base/secrets/secrets.ts";
import type { Teardown } from "../base/teardown.ts";
import type { GatewayKind, GatewayUnderTest } from "../gateway/gateway.ts";
import type { NpmAccess } from "../gateway/npm/npm-access.ts";
import { keptInside, refusedConnections } from "../gateway/process/outside.ts";
import { Testbed } from "../run/testbed/testbed.ts";
import { declaredTools, type Inspected, readInspected, requiredConfig, skillsIn } from "./brings.ts";
import { answerCommands, callTools } from "./calls.ts";
import type { JudgedRelease, Row, RowName, State } from "./compat-schema.ts";
import { contextOf } from "./context.ts";
import { writeEntry } from "./entry.ts";
import { PluginsCli } from "./own-cli.ts";
import { inFew, lastWords, saysUnreachable, tellingLine } from "./reasons.ts";
import { diagnosedRow, failedRow, redactedRow, registeredRow } from "./rows.ts";
import { type Subject, wantedBy } from "./subject.ts";
import { offAndOn } from "./switching.ts";
import { traces } from "./traces.ts";
import { type OfferedTool, OWNER, Turns } from "./turns.ts";
import { verdictOf } from "./verdict.ts";

/** What is the same on every release. */
export interface ProbeSetup {
  subject: Subject;
  /** Of the plugin's entry in the gateway's config. */
  config: JsonObject;
  /** Variables that the gateway alone gets; shown nowhere. */
  secrets: Readonly<Record<string, string>>;
  /** By the tool's name, instead of those that its schema leads to. */
  toolArguments: Readonly<Record<string, JsonObject>>;
  /** Commands, and tools that may change something, are called too. */
  callAll: boolean;
  /** The plugin is loaded from its folder, where its install scripts have run. */
  byPath: boolean;
  npm: NpmAccess;
  /** Where the plugin is loaded from if it is not installed; it has its dependencies there. */
  loadFolder(signal: AbortSignal): Promise<string>;
  signal: AbortSignal;
  teardown: Teardown;
  /** Called with each row that is known, and with what goes on before. */
  onRow(text: string): void;
  /** Called for each thing that could not be torn down. */
  onLeft(problem: string): void;
}

/**
 * Judges a plugin on one gateway: without it, installed, called, switched off and on, and removed.
 * @throws QaError when the gateway cannot be had or does not start without the plugin; the signal's reason
 */
export async function probe(
  kind: GatewayKind,
  gatewayName: string,
  setup: ProbeSetup,
): Promise<JudgedRelease> {
  const { signal, subject, secrets } = setup;
  const testbed = new Testbed(
    { gateway: kind, signal },
    {
      // Optional tools are offered where a policy names them, or their plugin.
      configPatches: [{ tools: { alsoAllow: [subject.id] }, commands: { ownerAllowFrom: [OWNER] } }],
      // That the machine is busy is not the plugin's fault.
      env: { GATEWAY_PLUGIN_LOAD_LIMIT_MS: "120000" },
      keepInside: true,
      secretEnv: { ...secrets },
    },
  );
  try {
    const { gateway } = await testbed.ready;
    return await new Probe(testbed, gateway, testbed.refusedLog ?? "", setup).run(gatewayName);
  } finally {
    for (const problem of await testbed.close()) setup.onLeft(problem);
  }
}

class Probe {
  readonly #rows: Row[] = [];
  readonly #testbed: Testbed;
  readonly #gateway: GatewayUnderTest;
  readonly #log: string;
  readonly #setup: ProbeSetup;
  readonly #cli: PluginsCli;
  readonly #turns: Turns;
  readonly #secrets: Secrets;
  /** Tools of the gateway itself. */
  #own = new Set<string>();
  #inspected: Inspected | undefined;

  constructor(testbed: Testbed, gateway: GatewayUnderTest, log: string, setup: ProbeSetup) {
    this.#testbed = testbed;
    this.#gateway = gateway;
    this.#log = log;
    this.#setup = setup;
    this.#secrets = new Secrets([...secretValues(process.env), ...Object.values(setup.secrets)]);
    this.#cli = new PluginsCli(gateway, setup.signal);
    this.#turns = new Turns(testbed, setup.signal);
  }

  async run(gatewayName: string): Promise<JudgedRelease> {
    const { subject } = this.#setup;
    // The first boot compiles, and is no measure.
    await this.#gateway.restartAfterStateMutation(() => {});
    const bootWithout = this.#bootMs();
    const turnWithout = await this.#turns.timed();
    this.#own = new Set((await this.#turns.turn()).tools.map(({ name }) => name));
    const before = await traces(this.#gateway, subject.id);
    const seen = (await refusedConnections(this.#log)).length;

    let cost: JudgedRelease["cost"];
    let registers: JudgedRelease["registers"];
    const { isUp, isInstalled } = await this.#install();
    if (isUp && (await this.#load())) {
      const bootMs = { without: bootWithout, with: this.#bootMs() };
      cost = { bootMs, turnMs: { without: turnWithout, with: await this.#turns.timed() } };
      registers = await this.#brought();
    }
    if (isInstalled) await this.#uninstall(before);
    else this.#add("uninstall", "untried", "it was not installed by the gateway");
    for (const row of ["load", "register", "diagnostics", "tools", "commands", "off and on"] as const) {
      if (!this.#rows.some((each) => each.row === row)) this.#add(row, "untried", "it did not come to that");
    }
    const { version } = this.#gateway.facts;
    return {
      gateway: gatewayName,
      version,
      verdict: verdictOf(this.#rows),
      rows: this.#rows,
      ...(registers ? { registers } : {}),
      ...(cost ? { cost } : {}),
      refused: wantedBy(subject, await refusedConnections(this.#log), seen),
      judgedAt: new Date().toISOString(),
    };
  }

  /** Installs it as its user would, or has it loaded from its folder where the gateway refuses to install it. */
  async #install(): Promise<{ isUp: boolean; isInstalled: boolean }> {
    const { subject, npm, byPath } = this.#setup;
    let isInstalled = false;
    try {
      await this.#gateway.restartAfterStateMutation(async () => {
        if (byPath) {
          await this.#loadByPath();
          this.#add("install", "steps", "loaded from its folder, where its install scripts have run", {
            steps: ["installing it with its install scripts, and naming its folder in plugins.load.paths"],
          });
          return;
        }
        const env = { ...npm.env, ...keptInside(this.#log, npm.hosts) };
        const told = await this.#cli.install(subject.install, env);
        isInstalled = told.ok;
        if (told.ok) this.#installed(told.consents);
        else await this.#refusedInstall(told.output);
        if (told.ok) await writeEntry(this.#gateway.configPath, subject, this.#setup.config);
      });
      return { isUp: true, isInstalled };
    } catch (error) {
      this.#setup.signal.throwIfAborted();
      if (!(error instanceof QaError)) throw error;
      this.#failed("load", `the gateway does not start with it: ${error.message}`, this.#gateway.logs());
      return { isUp: false, isInstalled };
    }
  }

  #installed(consents: readonly string[]): void {
    if (consents.length === 0) {
      this.#add("install", "yes", "by the gateway's own plugins install");
      return;
    }
    this.#add("install", "steps", `only with ${consents.join(" ")}`, {
      steps: [`plugins install … ${consents.join(" ")}`],
    });
  }

  async #refusedInstall(output: string): Promise<void> {
    const line = lastWords(output, [this.#setup.subject.id]);
    if (saysUnreachable(output)) {
      this.#add("install", "blocked", "the package registry, or something else, could not be reached", {
        log: line,
      });
    } else this.#failed("install", inFew(line), output);
    await this.#loadByPath();
  }

  async #loadByPath(): Promise<void> {
    const { subject, config, loadFolder, signal } = this.#setup;
    await writeEntry(this.#gateway.configPath, subject, config, await loadFolder(signal));
  }

  /** @returns whether it is loaded */
  async #load(): Promise<boolean> {
    const { id, manifest } = this.#setup.subject;
    const { report, output } = await this.#cli.inspect(id);
    if (report === undefined) {
      this.#failed("load", inFew(tellingLine(output, [id]) ?? "the gateway does not know it"), output);
      return false;
    }
    const inspected = readInspected(report);
    this.#inspected = inspected;
    if (inspected.status !== "loaded") {
      const config = requiredConfig(manifest).filter((name) => !Object.hasOwn(this.#setup.config, name));
      const why = inspected.error ?? inspected.diagnostics.find(({ level }) => level === "error")?.message;
      const text = `${inspected.status}${why ? `: ${why}` : ""}`;
      if (config.length > 0)
        this.#add("load", "blocked", `its config lacks ${config.join(", ")}`, { log: inFew(text) });
      else {
        // Its author knows its files by their paths in it.
        const root = inspected.rootDir;
        const named = (words: string) => (root ? words.replaceAll(`${root}${sep}`, "") : words);
        this.#failed("load", named(text), named([why ?? "", this.#gateway.logs()].join("\n")));
      }
      return false;
    }
    this.#add("load", "yes", "loaded");
    return true;
  }

  /** Everything that is asked of a plugin that is loaded. @returns what it registers */
  async #brought(): Promise<Record<string, string[]>> {
    const { subject, callAll, toolArguments } = this.#setup;
    const inspected = this.#inspected as Inspected;
    const offered = await this.#offered();
    const folders = [subject.folder, ...(inspected.rootDir ? [inspected.rootDir] : [])];
    const skills = skillsIn(await this.#gateway.call("skills.status", {}), folders);
    const registers = { ...inspected.registers };
    const names = [...new Set([...(registers.tools ?? []), ...offered.map(({ name }) => name)])].sort();
    if (names.length > 0) registers.tools = names;
    if (skills.length > 0) registers.skills = skills;
    const says = inspected.diagnostics.map(({ message }) => message).join("\n");
    this.#push(
      registeredRow({
        ...{ id: subject.id, manifest: subject.manifest, registers },
        offered: offered.map(({ name }) => name),
        evidence: `${says}\n${this.#gateway.logs()}`,
      }),
    );
    this.#push(diagnosedRow(inspected, subject.id));
    const commands = registers.commands ?? [];
    const calls = { turns: this.#turns, manifest: subject.manifest, callAll, toolArguments };
    this.#push(await callTools(offered, calls));
    this.#push(await answerCommands(commands, calls));
    this.#push(
      await offAndOn(subject.id, {
        testbed: this.#testbed,
        gateway: this.#gateway,
        turns: this.#turns,
        tools: offered.map(({ name }) => name),
        signal: this.#setup.signal,
      }),
    );
    return registers;
  }

  /**
   * Tools of the plugin that a turn offers the model, and that were not offered without it. What appears besides is the
   * gateway's, or another plugin's: one for memory brings to life what a gateway has for that.
   */
  async #offered(): Promise<OfferedTool[]> {
    const { subject, signal } = this.#setup;
    const { tools } = await this.#turns.turn();
    const added = tools.filter(({ name }) => !this.#own.has(name));
    if (added.length === 0) return added;
    const context = contextOf(this.#testbed, this.#gateway, signal);
    const { sessions } = await context.call("sessions.list", {});
    const [session] = sessions as { key: string }[];
    if (session === undefined) return added;
    const owners = await toolOwners(context, session.key);
    const known = new Set([...(this.#inspected?.registers.tools ?? []), ...declaredTools(subject.manifest)]);
    return added.filter(({ name }) => {
      const owner = owners.get(name);
      return owner ? owner === subject.id : known.has(name);
    });
  }

  async #uninstall(before: readonly string[]): Promise<void> {
    const { id } = this.#setup.subject;
    try {
      let output = "";
      let ok = false;
      await this.#gateway.restartAfterStateMutation(async () => {
        const told = await this.#cli.uninstall(id);
        output = told.output;
        ok = told.ok;
      });
      if (!ok) {
        this.#failed("uninstall", inFew(lastWords(output, [id])), output);
        return;
      }
      const left = (await traces(this.#gateway, id)).filter((trace) => !before.includes(trace));
      const alien = (await this.#offered()).map(({ name }) => `the tool ${name}`);
      const all = [...left, ...alien];
      // What is left is the gateway's own affair: 2026.4.26 removes no copy of a folder that it was installed from.
      const by = { steps: [`removing by hand ${left.join(", ") || "what is left"}, and a restart`] };
      if (all.length > 0) this.#add("uninstall", "steps", inFew(`the gateway leaves ${all.join(", ")}`), by);
      else this.#add("uninstall", "yes", "nothing of it is left");
    } catch (error) {
      this.#setup.signal.throwIfAborted();
      this.#failed("uninstall", inFew(errorMessage(error)), this.#gateway.logs());
    }
  }

  #bootMs(): number {
    return this.#gateway.bootTimings?.rpcMs ?? 0;
  }

  #failed(row: RowName, seen: string, evidence: string): void {
    this.#push(failedRow(row, seen, evidence, this.#setup.subject.id));
  }

  #add(row: RowName, state: State, seen: string, more: Partial<Row> = {}): void {
    this.#push({ row, state, seen, ...more });
  }

  #push(seen: Row): void {
    const row = redactedRow(seen, this.#secrets.redactText);
    this.#rows.push(row);
    this.#setup.onRow(`${row.row}: ${row.state}, ${row.seen}`);
  }
}
