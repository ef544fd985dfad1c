import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import JSON5 from "json5";
import { QaError } from "../base/errors.ts";
import { replaceJsonFile } from "../base/files.ts";
import { type JsonObject, mergePatch, objectOf } from "../base/json.ts";
import type { Teardown } from "../base/teardown.ts";
import { makeTempFolder } from "../base/temp-folder.ts";
import type { DrivenGateway, GatewayUnderTest } from "../gateway/gateway.ts";
import { refusedConnections } from "../gateway/process/outside.ts";
import { isTooSlow } from "../gateway/process/own-limits.ts";
import type { TestbedNeeds } from "../run/testbed/needs.ts";
import { Testbed } from "../run/testbed/testbed.ts";
import { configChanges } from "./config-diff.ts";
import { channelsOff, configKept, configOfCopy } from "./copy/config.ts";
import { type Image, placeImage } from "./copy/image.ts";
import { movePackage } from "./copy/package-paths.ts";
import { differences, type Moment } from "./findings.ts";
import type { CopyRegistry } from "./packages/registry.ts";
import type { Finding, RehearseReport, StockCount } from "./rehearse-schema.ts";
import type { Release } from "./release.ts";
import { standingFindings } from "./standing.ts";
import { type Answers, ask } from "./stock/asks.ts";
import { takePlugins } from "./stock/plugins.ts";
import { takeStock } from "./stock/stock.ts";
import { type Migrated, refusedFetch, wayTo } from "./update.ts";
import { verdictOf } from "./verdict.ts";
import { whyNotStarted } from "./why-not-started.ts";

/** Without these, a comparison would find nothing lost. */
const ESSENTIAL = /\/sessions(?:\/|$)|\/openclaw(?:-agent)?\.sqlite$|\/cron(?:\/|$)/;

export interface RehearsalSetup {
  image: Image;
  from: Release;
  to: Release;
  /** Where the copy has packages from that the new release wants. */
  registry: Pick<CopyRegistry, "env">;
  signal: AbortSignal;
  teardown: Teardown;
  /** Called with what begins, in a few words. */
  onPhase(text: string): void;
  /** Called for each thing that could not be torn down. */
  onLeft(problem: string): void;
}

/** What a rehearsal found. */
export type Rehearsed = Pick<
  RehearseReport,
  "verdict" | "why" | "update" | "before" | "after" | "refused" | "findings"
>;

/**
 * Takes a copy of an installation through an update and back, and says what that does to it.
 * @throws QaError of the harness; the signal's reason. What the releases do wrong is a finding
 */
export function rehearse(setup: RehearsalSetup): Promise<Rehearsed> {
  return new Rehearsal(setup).run();
}

class Rehearsal {
  readonly #setup: RehearsalSetup;
  readonly #findings: Finding[] = [];
  readonly #refused = new Set<string>();

  constructor(setup: RehearsalSetup) {
    this.#setup = setup;
  }

  async run(): Promise<Rehearsed> {
    const { image, from, to, teardown, onPhase } = this.#setup;
    const { config } = image.installation;
    this.#findings.push(...(await standingFindings(image, from, to)));
    const unread = image.trouble.find(({ path }) => ESSENTIAL.test(path));
    if (unread !== undefined) return this.#inconclusive(`${unread.path} could not be read: ${unread.why}`);
    const root = await makeTempFolder({ kind: "copy", teardown });
    await this.#place(root);

    onPhase(`the copy on ${from.name}: taking stock, and asking`);
    const before = await this.#moment(root, from, {
      config: async (own) => configOfCopy(image.installation, own, root),
    });
    if (typeof before === "string")
      return this.#inconclusive(`the copy does not start on ${from.name}: ${before}`);
    const mute = mutes(before.moment.answers);
    if (mute !== undefined) return this.#inconclusive(`already on ${from.name} ${mute}`, before.moment);

    onPhase(`updating it to ${to.name}`);
    const way = wayTo(to);
    await this.#packageIs(to, root);
    let migrated: Migrated | undefined;
    const begun = performance.now();
    const start = () =>
      this.#moment(root, to, {
        config: async (own) => {
          const left = await configIn(root);
          const real = channelsOff(config);
          return configKept({ ...left, channels: { ...objectOf(left.channels), ...real } }, own);
        },
        beforeStart: async (gateway) => {
          migrated ??= await way.migrate(gateway, this.#setup.signal);
          if (!migrated.ok) throw failedMigration(migrated);
          await showTools(gateway);
        },
      });
    let after = await start();
    if (typeof after === "string" && migrated?.ok && isTooSlow(after)) {
      const first = `this machine is busy: ${to.name} had to be started twice; first it said: ${after}`;
      this.#add("update", "unjudged", this.#asOriginal(first, root));
      after = await start();
    }
    const update = {
      commands: way.commands(to),
      outageMs: typeof after === "string" ? 0 : Math.round(after.readyAt - begun),
      migrationMs: migrated?.ms ?? 0,
      said: (migrated?.said ?? []).map((line) => this.#asOriginal(line, root)),
    };
    if (typeof after === "string") {
      const why = whyUnjudged(after, to, migrated);
      if (why !== undefined)
        return this.#inconclusive(`${why}: ${this.#asOriginal(after, root)}`, before.moment, update);
    }
    this.#attempts(migrated, way.commands(to));
    if (typeof after === "string") {
      const what = migrated?.ok === false ? "" : `${to.name} does not start on the state: `;
      this.#add("update", "lost", this.#asOriginal(`${what}${after}`, root));
    } else {
      this.#findings.push(
        ...differences(before.moment, after.moment, migrated?.said),
        ...configChanges(before.moment.stock.config, after.moment.stock.config),
      );
    }
    await this.#wayBack(root, before.moment);
    const findings = this.#findings.map((finding) => ({
      ...finding,
      text: this.#asOriginal(finding.text, root),
    }));
    return {
      ...verdictOf(findings),
      update,
      before: countOf(before.moment),
      ...(typeof after === "string" ? {} : { after: countOf(after.moment) }),
      refused: [...this.#refused].sort(),
      findings,
    };
  }

  /** Starts a release on a copy, takes stock of it and asks. @returns why it does not start, or when it was ready, and the moment */
  async #moment(
    root: string,
    release: Release,
    needs: TestbedNeeds,
    asks = true,
  ): Promise<string | { readyAt: number; moment: Moment }> {
    const { image, registry, signal, onLeft } = this.#setup;
    const { agents, places } = image.installation;
    const testbed = new Testbed(
      { gateway: release.kind, signal },
      { ...release.needs, ...needs, root, env: registry.env(root), keepInside: true },
    );
    try {
      let gateway: GatewayUnderTest;
      try {
        ({ gateway } = await testbed.ready);
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof QaError) || error.fault === "harness") throw error;
        return error.code === "migration-failed" ? error.message : whyNotStarted(error, testbed.log());
      }
      const readyAt = performance.now();
      const workspaces = agents.flatMap(({ workspace }) => places.counterpart(workspace, root) ?? []);
      const stock = await takeStock(gateway, workspaces, signal);
      const questions = { agents: stock.agents, skills: stock.skills };
      let answers: Answers = { agents: [] };
      if (asks) answers = await ask(testbed, gateway, questions, signal);
      // On a machine that is busy, an answer may come too late.
      if (asks && mutes(answers) !== undefined) answers = await ask(testbed, gateway, questions, signal);
      const plugins = asks && image.hasPlugins ? await takePlugins(gateway, signal) : [];
      for (const { to } of await refusedConnections(testbed.refusedLog ?? "")) this.#refused.add(to);
      return { readyAt, moment: { stock, answers, plugins } };
    } finally {
      for (const problem of await testbed.close()) onLeft(problem);
    }
  }

  /** Whether the old release starts on the updated state, and on a copy that was made before. */
  async #wayBack(root: string, before: Moment): Promise<void> {
    const { image, from, to, teardown, onPhase } = this.#setup;
    onPhase(`the way back: ${from.name} on the updated state`);
    await this.#packageIs(from, root);
    const kept = { config: async (own: JsonObject) => configKept(await configIn(root), own) };
    const there = await this.#moment(root, from, kept, false);
    if (typeof there !== "string" && lostSessions(before, there.moment) === 0) return;
    const why =
      typeof there === "string"
        ? `does not start on it: ${there}`
        : `starts on it and has lost ${lostSessions(before, there.moment)} of ${before.stock.sessions.length} sessions`;
    this.#add("way back", "final", `once ${to.version} has migrated the state, ${from.version} ${why}`);

    onPhase(`the way back: ${from.name} on a copy from before`);
    const second = await makeTempFolder({ kind: "copy", teardown });
    await this.#place(second);
    const restored = await this.#moment(
      second,
      from,
      { config: async (own) => configOfCopy(image.installation, own, second) },
      false,
    );
    const lost = typeof restored === "string" ? -1 : lostSessions(before, restored.moment);
    if (lost === 0) {
      this.#add(
        "way back",
        "step",
        `before the update, make a backup: with a copy from before, ${from.version} starts as it was`,
        "openclaw backup create --verify",
      );
    } else {
      const how = typeof restored === "string" ? restored : `${lost} sessions are missing`;
      this.#add("way back", "final", `a copy from before does not bring ${from.version} back either: ${how}`);
    }
  }

  /** What it means that the migration did not succeed at once. */
  #attempts(migrated: Migrated | undefined, commands: readonly string[]): void {
    const [first] = migrated?.failures ?? [];
    if (!migrated?.ok || first === undefined) return;
    const again = `the migration had to be run ${migrated.failures.length + 1} times; first it said: ${first.why}`;
    if (first.tooSlow) this.#add("update", "unjudged", `this machine is busy: ${again}`);
    else this.#add("update", "step", again, commands.at(-2));
  }

  /** Makes a copy in a folder, for the installed release. */
  async #place(root: string): Promise<void> {
    await placeImage(this.#setup.image, root);
    await this.#packageIs(this.#setup.from, root);
  }

  /** As npm does it: the release lies where the one before it has been. */
  async #packageIs({ packageRoot }: Release, root: string): Promise<void> {
    await rm(join(root, "prefix"), { recursive: true, force: true });
    if (packageRoot !== undefined)
      await movePackage(this.#setup.image.installation.places, root, packageRoot);
  }

  #add(area: Finding["area"], kind: Finding["kind"], text: string, command?: string): void {
    this.#findings.push({ area, name: "", kind, text, ...(command === undefined ? {} : { command }) });
  }

  #inconclusive(why: string, before?: Moment, update?: Rehearsed["update"]): Rehearsed {
    return {
      ...{
        verdict: "inconclusive" as const,
        why,
        findings: this.#findings,
        refused: [...this.#refused].sort(),
      },
      ...(before ? { before: countOf(before) } : {}),
      ...(update ? { update } : {}),
    };
  }

  /** Paths of a copy as those of the installation, which its reader knows. */
  #asOriginal(text: string, root: string): string {
    return this.#setup.image.installation.places.all.reduce(
      (done, { original, copy }) => done.replaceAll(join(root, copy), original),
      text.replaceAll(join(root, "openclaw.json"), this.#setup.image.installation.source.configPath),
    );
  }
}

/** Who did not answer before anything was changed. */
function mutes(answers: Answers): string | undefined {
  const mute = answers.agents.find(({ trouble }) => trouble !== undefined);
  if (mute) return `the agent ${mute.agent} does not answer: ${mute.trouble}`;
  return answers.channelTrouble === undefined
    ? undefined
    : `a message is not answered: ${answers.channelTrouble}`;
}

function lostSessions(before: Moment, { stock }: Moment): number {
  return before.stock.sessions.filter(
    ({ sessionId, said }) =>
      said.length > (stock.sessions.find((each) => each.sessionId === sessionId)?.said.length ?? -1),
  ).length;
}

function countOf({ stock, answers, plugins }: Moment): StockCount {
  const { version, agents, sessions, skills, cron, channels, devices, files, bytes } = stock;
  return {
    ...{ version, agents: agents.length, sessions: sessions.length },
    messages: sessions.reduce((sum, { said }) => sum + said.length, 0),
    skills: new Set(skills).size,
    tools: new Set(answers.agents.flatMap(({ tools }) => Object.keys(tools))).size,
    plugins: plugins.filter(({ status }) => status === "loaded").length,
    ...{ cron: cron.length, channels: channels.length, devices: devices.length },
    ...{ memoryFiles: Object.keys(files).length, bytes },
  };
}

async function configIn(root: string): Promise<JsonObject> {
  return JSON5.parse(await readFile(join(root, "openclaw.json"), "utf8")) as JsonObject;
}

/** A release that hides tools behind one that searches them shows them all: what is offered is what is compared. */
async function showTools({ configPath, facts }: DrivenGateway): Promise<void> {
  if (facts.product !== "OpenClaw") return;
  const { traitsOf } = await import("../gateway/openclaw/releases.ts");
  const config = JSON5.parse(await readFile(configPath, "utf8")) as JsonObject;
  const patched = traitsOf(facts.version).configPatches.reduce<JsonObject>(mergePatch, config);
  await replaceJsonFile(configPath, patched);
}

function failedMigration({ failures }: Migrated): QaError {
  const last = failures.at(-1);
  const times = failures.length > 1 ? `, ${failures.length} times` : "";
  return new QaError(`the migration ends with ${last?.exitCode ?? "no code"}${times}: ${last?.why}`, {
    code: "migration-failed",
    fault: "product",
  });
}

/** Why it is not the update that a new release does not come up on the copy; undefined where it may be. */
function whyUnjudged(said: string, { name }: Release, migrated: Migrated | undefined): string | undefined {
  if (!migrated) return undefined;
  if (!migrated.ok)
    return migrated.failures.some(({ tooSlow }) => tooSlow)
      ? "this machine is too busy for the migration, which has limits of its own"
      : undefined;
  if (isTooSlow(said)) return `this machine is too busy for a start of ${name}, which has limits of its own`;
  const unfetched = refusedFetch(migrated.said);
  return unfetched === undefined
    ? undefined
    : `${name} does not start after a migration that could not fetch something, as nothing leaves the copy (${unfetched})`;
}
