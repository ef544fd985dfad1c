import { shorten } from "../base/text.ts";
import type { Finding } from "./rehearse-schema.ts";
import type { Answers } from "./stock/asks.ts";
import type { PluginStock } from "./stock/plugins.ts";
import type { Stock } from "./stock/stock.ts";

/** Of a plugin, how many addresses it serves. */
const ROUTES = "HTTP routes";
const LONGEST_REASON = 300;

/** An installation at one moment. */
export interface Moment {
  stock: Stock;
  answers: Answers;
  plugins: readonly PluginStock[];
}

/**
 * What differs between an installation before and after an update.
 * @param said lines of the migration: they may say why a plugin is gone
 */
export function differences(before: Moment, after: Moment, said: readonly string[] = []): Finding[] {
  return [
    ...agents(before, after),
    ...sessions(before.stock, after.stock),
    ...skills(before, after),
    ...plugins(before, after, said),
    ...tools(before.answers, after),
    ...cron(before.stock, after.stock),
    ...lists(before.stock, after.stock),
    ...memory(before.stock, after.stock),
  ];
}

function agents({ stock, answers }: Moment, after: Moment): Finding[] {
  const findings: Finding[] = [];
  for (const agent of stock.agents) {
    const [was, is] = [answers, after.answers].map(({ agents }) =>
      agents.find((each) => each.agent === agent),
    );
    if (!after.stock.agents.includes(agent))
      findings.push({ area: "agents", name: agent, kind: "lost", text: `the agent ${agent} is gone` });
    else if (was?.trouble === undefined && is?.trouble !== undefined)
      findings.push({
        area: "agents",
        name: agent,
        kind: "lost",
        text: `the agent ${agent} does not answer any more: ${is.trouble}`,
      });
  }
  for (const agent of after.stock.agents.filter((each) => !stock.agents.includes(each)))
    findings.push({ area: "agents", name: agent, kind: "new", text: `there is an agent ${agent}` });
  const { channelTrouble } = after.answers;
  if (answers.channelTrouble === undefined && channelTrouble !== undefined)
    findings.push({
      area: "channels",
      name: "qa-channel",
      kind: "lost",
      text: `a message over a channel is not answered any more: ${channelTrouble}`,
    });
  return findings;
}

function sessions(before: Stock, after: Stock): Finding[] {
  return before.sessions.flatMap(({ key, sessionId, said }): Finding[] => {
    const now =
      after.sessions.find((session) => session.key === key) ??
      after.sessions.find((session) => session.sessionId === sessionId);
    const finding = (kind: Finding["kind"], text: string): Finding[] => [
      { area: "sessions", name: key, kind, text },
    ];
    if (!now) return finding("lost", `the session ${key} is gone, with ${said.length} messages`);
    const missing = missingFrom(said, now.said);
    if (missing > 0)
      return finding("lost", `the session ${key} has lost ${missing} of its ${said.length} messages`);
    if (now.key !== key) return finding("changed", `the session ${key} is now ${now.key}`);
    return now.sessionId === sessionId ? [] : finding("changed", `the session ${key} has another id`);
  });
}

/** How many of them do not follow in order. */
function missingFrom(said: readonly string[], now: readonly string[]): number {
  let at = 0;
  let missing = 0;
  for (const each of said) {
    const found = now.indexOf(each, at);
    if (found < 0) missing += 1;
    else at = found + 1;
  }
  return missing;
}

function skills(before: Moment, after: Moment): Finding[] {
  const off = turnedOff(before.stock, after.stock);
  const lost = before.stock.skills.filter((skill) => !after.stock.skills.includes(skill));
  const findings = byName(lost).map(([name, agents]): Finding => {
    const base = { area: "skills" as const, name, kind: "lost" as const };
    const text = `the skill ${name} cannot be used any more by ${agents.join(", ")}`;
    if (!off.has(name)) return { ...base, text };
    return {
      ...base,
      text: `${text}: the update turns it off`,
      command: `openclaw config set skills.entries.${name}.enabled true`,
    };
  });
  for (const { agent, skills: told } of before.answers.agents) {
    const now = after.answers.agents.find((each) => each.agent === agent);
    if (!now || now.trouble !== undefined) continue;
    for (const name of told) {
      if (now.skills.includes(name) || !after.stock.skills.includes(`${agent}/${name}`)) continue;
      findings.push({
        area: "skills",
        name,
        kind: "lost",
        text: `the model is not told of the skill ${name} any more, for ${agent}`,
      });
    }
  }
  const added = after.stock.skills.filter((skill) => !before.stock.skills.includes(skill));
  const names = byName(added).map(([name]) => name);
  if (names.length > 0)
    findings.push({
      area: "skills",
      name: "",
      kind: "new",
      text: `skills that can be used: ${names.join(", ")}`,
    });
  return findings;
}

/** Skills that the config turns off after the update and did not before. */
function turnedOff(before: Stock, after: Stock): Set<string> {
  const off = ({ config }: Stock) => {
    const { entries } = (config.skills ?? {}) as { entries?: Record<string, { enabled?: boolean }> };
    return Object.entries(entries ?? {}).flatMap(([name, entry]) => (entry?.enabled === false ? [name] : []));
  };
  const was = off(before);
  return new Set(off(after).filter((name) => !was.includes(name)));
}

function byName(skills: readonly string[]): [name: string, agents: string[]][] {
  const names = new Map<string, string[]>();
  for (const skill of skills) {
    const at = skill.indexOf("/");
    const name = skill.slice(at + 1);
    names.set(name, [...(names.get(name) ?? []), skill.slice(0, at)]);
  }
  return [...names];
}

function plugins({ plugins: had, answers }: Moment, after: Moment, said: readonly string[]): Finding[] {
  const offered = new Set(answers.agents.flatMap(({ tools }) => Object.keys(tools)));
  return had.flatMap(({ id, status, registers }): Finding[] => {
    if (status !== "loaded") return [];
    const lost = (text: string, command?: string): Finding[] => [
      { area: "plugins", name: id, kind: "lost", text, ...(command === undefined ? {} : { command }) },
    ];
    const now = after.plugins.find((plugin) => plugin.id === id);
    const why = now?.why ?? saidOf(id, said);
    if (!now) return lost(`the plugin ${id} is gone${because(why)}`);
    if (now.status === "disabled")
      return lost(`the plugin ${id} is turned off by the update`, `openclaw plugins enable ${id}`);
    if (now.status !== "loaded") return lost(`the plugin ${id} does not load any more${because(why)}`);
    return Object.entries(registers).flatMap(([kind, names]) => {
      const is = now.registers[kind] ?? [];
      // Of routes only the number is known. What an agent was offered is judged by what it is offered now.
      const missing =
        kind === ROUTES
          ? names.slice(is.length)
          : names.filter((name) => !is.includes(name) && !(kind === "tools" && offered.has(name)));
      return missing.length === 0
        ? []
        : lost(`the plugin ${id} does not register these ${kind} any more: ${missing.join(", ")}`);
    });
  });
}

function because(why: string | undefined): string {
  return why === undefined ? "" : `: ${why}`;
}

/** The first sentence that a migration says of a plugin. */
function saidOf(id: string, said: readonly string[]): string | undefined {
  const about = `plugin ${id}: `;
  const line = said.find((each) => each.includes(about));
  const [sentence] = line?.slice(line.indexOf(about) + about.length).split(/\.(?:\s|$)/) ?? [];
  return sentence === undefined ? undefined : shorten(sentence, LONGEST_REASON);
}

function tools(before: Answers, { answers, plugins }: Moment): Finding[] {
  const findings: Finding[] = [];
  const [gone, added] = [new Map<string, string[]>(), new Set<string>()];
  for (const { agent, tools: was } of before.agents) {
    const now = answers.agents.find((each) => each.agent === agent);
    if (!now || now.trouble !== undefined) continue;
    for (const [name, plugin] of Object.entries(was)) {
      if (Object.hasOwn(now.tools, name)) continue;
      if (plugin === "") gone.set(name, [...(gone.get(name) ?? []), agent]);
      else {
        const why = plugins.find(({ id }) => id === plugin)?.why;
        const text = `the tool ${name} of the plugin ${plugin} is not offered any more to ${agent}${because(why)}`;
        findings.push({ area: "tools", name, kind: "lost", text });
      }
    }
    for (const name of Object.keys(now.tools)) if (!Object.hasOwn(was, name)) added.add(name);
  }
  for (const [name, agents] of gone) {
    const text = `the release's own tool ${name} is not offered any more to ${agents.join(", ")}`;
    findings.push({ area: "tools", name, kind: "changed", text });
  }
  if (added.size > 0) {
    const text = `tools that are offered: ${[...added].join(", ")}`;
    findings.push({ area: "tools", name: "", kind: "new", text });
  }
  return findings;
}

function cron(before: Stock, after: Stock): Finding[] {
  const findings = before.cron.flatMap(({ id, name, enabled, schedule, nextRunAtMs }): Finding[] => {
    const finding = (kind: Finding["kind"], text: string): Finding[] => [
      { area: "cron", name, kind, text: `the job ${name} ${text}` },
    ];
    const now = after.cron.find((job) => job.id === id) ?? after.cron.find((job) => job.name === name);
    if (!now) return finding("lost", "is gone");
    if (enabled && !now.enabled) return finding("lost", "is turned off");
    if (nextRunAtMs !== undefined && now.nextRunAtMs === undefined) return finding("lost", "has no next run");
    if (JSON.stringify(schedule) !== JSON.stringify(now.schedule))
      return finding("changed", `has another schedule: ${JSON.stringify(now.schedule)}`);
    if (enabled && nextRunAtMs !== now.nextRunAtMs && isToCome(nextRunAtMs, after))
      return finding("changed", `is due at ${timeOf(now.nextRunAtMs)} instead of ${timeOf(nextRunAtMs)}`);
    return [];
  });
  const added = after.cron.filter(
    (job) => !before.cron.some(({ id, name }) => id === job.id || name === job.name),
  );
  for (const { name } of added)
    findings.push({ area: "cron", name, kind: "new", text: `there is a job ${name}` });
  return findings;
}

/** Whether a job was to run when stock was taken for the second time; one that has become due has run since. */
function isToCome(atMs: number | undefined, { takenAtMs }: Stock): atMs is number {
  return atMs !== undefined && atMs > takenAtMs;
}

function timeOf(atMs: number | undefined): string {
  return atMs === undefined ? "no time" : new Date(atMs).toISOString();
}

function lists(before: Stock, after: Stock): Finding[] {
  const of = (area: "channels" | "devices", was: readonly string[], now: readonly string[], what: string) =>
    was
      .filter((name) => !now.includes(name))
      .map((name): Finding => ({ area, name, kind: "lost", text: `the ${what} ${name} is gone` }));
  return [
    ...of("channels", before.channels, after.channels, "channel account"),
    ...of("devices", before.devices, after.devices, "paired device"),
  ];
}

function memory(before: Stock, after: Stock): Finding[] {
  return Object.entries(before.files).flatMap(([path, digest]): Finding[] => {
    const now = after.files[path];
    if (now === digest) return [];
    const finding = { area: "memory" as const, name: path };
    return now === undefined
      ? [{ ...finding, kind: "lost", text: `the file ${path} is gone` }]
      : [{ ...finding, kind: "changed", text: `the file ${path} is another` }];
  });
}
