import { errorMessage } from "../../../base/errors.ts";
import { plural } from "../../../base/text.ts";
import { waitForCondition } from "../../../base/waits.ts";
import type { Wakeups } from "../../../base/wakeups.ts";
import type { GatewayUnderTest } from "../../../gateway/gateway.ts";
import { isReadAnew, putFilesBack } from "./files.ts";
import { type Difference, differences, patchBack, type Stock, type StockKind, takeStock } from "./stock.ts";

/** Time for a gateway to take a config that is put back. */
const RELOAD_MS = 5_000;
/** Time for a gateway to notice that files have changed. */
const NOTICE_MS = 2_000;
/** A scenario may have left hundreds of files; a reason names so many. */
const MOST_NAMED = 4;

/** Whether a gateway is as it was before a scenario, and what had to be put back for that. */
export interface Proof {
  /** Why it is not; undefined if it is. */
  because?: string;
  putBack: string[];
}

/** What is needed to look at a gateway. */
export interface Subject {
  gateway: GatewayUnderTest;
  wakeups: Wakeups;
  readConfig(): Promise<Stock["config"]>;
}

/** Looks at a gateway before the first scenario runs on it. @throws Error where too little can be seen of it */
export async function stockOf({ gateway, readConfig }: Subject): Promise<Stock> {
  const stock = await takeStock(gateway, await readConfig(), true);
  if (stock.items.get("environment variable")?.size === 0) throw new Error("its environment cannot be seen");
  return stock;
}

/**
 * Compares a gateway with what it was before a scenario, puts back what can be put back, and compares again. Never
 * throws: a gateway that cannot be looked at is not as it was.
 */
export async function provedAsBefore(subject: Subject, before: Stock): Promise<Proof> {
  const putBack: string[] = [];
  try {
    const found = differences(before, await stockNow(subject));
    const lasting = found.filter((each) => !canBePutBack(each));
    if (lasting.length > 0) return { because: inWords(lasting), putBack };
    if (found.length === 0) return { putBack };
    await putAllBack(subject, before, found);
    const left = await differencesLeft(subject, before);
    if (left.length > 0) return { because: inWords(left), putBack };
    return { putBack: nameSome(found) };
  } catch (error) {
    return { because: `the gateway could not be put back: ${errorMessage(error)}`, putBack };
  }
}

async function stockNow({ gateway, readConfig }: Subject): Promise<Stock> {
  return takeStock(gateway, await readConfig());
}

/** Those that remain when the gateway has had time to notice what was put back. */
async function differencesLeft(subject: Subject, before: Stock): Promise<Difference[]> {
  let left: Difference[] = [];
  const isDecided = async () => {
    left = differences(before, await stockNow(subject));
    return left.length === 0 || left.some(({ kind }) => !SETTLING.has(kind));
  };
  await waitForCondition(subject.wakeups, isDecided, { timeoutMs: NOTICE_MS, intervalMs: 50 }).catch(
    (error: unknown) => {
      if (left.length === 0) throw error;
    },
  );
  return left;
}

/** What changes a moment later than what it follows from. */
const SETTLING: ReadonlySet<StockKind> = new Set(["skill", "channel account", "config key", "file"]);

/** A skill follows from its file and the config. */
const FOLLOWING: ReadonlySet<StockKind> = new Set(["skill"]);

function canBePutBack({ kind, name, change }: Difference): boolean {
  switch (kind) {
    case "session":
    case "cron job":
      return change === "added";
    case "config key":
      // What the gateway has put into its environment stays there, and what a plugin's code has left in memory.
      return !/^(?:env|plugins)(?:\.|$)/.test(name);
    case "file":
      return isReadAnew(name);
    default:
      return FOLLOWING.has(kind);
  }
}

async function putAllBack(subject: Subject, before: Stock, found: readonly Difference[]): Promise<void> {
  const { gateway } = subject;
  const namesOf = (kind: StockKind) => found.filter((each) => each.kind === kind).map(({ name }) => name);
  for (const id of namesOf("cron job")) await gateway.call("cron.remove", { id });
  if (namesOf("config key").length > 0) await putConfigBack(subject, before);
  for (const key of namesOf("session")) await endSession(gateway, key);
  // What the methods above have left in files, such as archived transcripts, goes as well.
  const files = differences(before, await stockNow(subject)).filter(({ kind }) => kind === "file");
  const names = files.map(({ name }) => name).filter(isReadAnew);
  if (names.length > 0) await putFilesBack(gateway, names, before.files);
}

/** An agent's main session cannot be deleted, only begun anew: its entry goes with the file that it stands in. */
async function endSession(gateway: GatewayUnderTest, key: string): Promise<void> {
  if (/^agent:[^:]+:main$/.test(key)) await gateway.call("sessions.reset", { key });
  else await gateway.call("sessions.delete", { key, deleteTranscript: true });
}

/** @throws QaError `wait-timeout` where the gateway does not take it */
async function putConfigBack({ gateway, wakeups, readConfig }: Subject, before: Stock): Promise<void> {
  const [{ generation, bootId }, { hash }, now] = await Promise.all([
    gateway.identity(),
    gateway.call("config.get"),
    readConfig(),
  ]);
  const raw = JSON.stringify(patchBack(now, before.config));
  await gateway.call("config.patch", { raw, ...(typeof hash === "string" ? { baseHash: hash } : {}) });
  if (!gateway.capabilities.has("reload-generation")) return;
  await waitForCondition(
    wakeups,
    async () => {
      const identity = await gateway.identity();
      return identity.generation > generation || identity.bootId !== bootId;
    },
    { what: "the gateway to take the config that was put back", timeoutMs: RELOAD_MS },
  );
}

/** Whether it is one with something else that is named: a session's file, a file's folder, a skill of its file. */
function isPartOf({ kind, name }: Difference, found: readonly Difference[]): boolean {
  const has = (other: StockKind, within = "") =>
    found.some((each) => each.kind === other && each.name.startsWith(within));
  if (kind !== "file") return FOLLOWING.has(kind) && has("file");
  return has("file", `${name}/`) || (name.includes("/sessions/") && has("session"));
}

function inWords(found: readonly Difference[]): string {
  return nameSome(found).join("; ");
}

function nameSome(all: readonly Difference[]): string[] {
  const found = all.filter((each) => !isPartOf(each, all));
  const named = found.slice(0, MOST_NAMED).map(({ kind, name, change }) => `${kind} ${name} ${change}`);
  const more = found.length - named.length;
  return more > 0 ? [...named, `${plural(more, "more difference")}`] : named;
}
