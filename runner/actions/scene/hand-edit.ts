import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { QaError } from "../../base/errors.ts";
import { isJsonObject } from "../../base/json.ts";
import type { Allow } from "../../flow/run/host.ts";
import type { ActionContext } from "../context.ts";
import { waitIn } from "../wait.ts";
import { isInForce } from "./in-force.ts";
import type { HandEdit } from "./scene.ts";

const TAKEN_MS = 15_000;
const LOOK_MS = 20;

/** What releases log when they are done with a text of their config, whatever they made of it. */
const DONE =
  /\bconfig (?:hot reload applied|change applied|(?:change|reload) requires gateway restart|reload (?:disabled|failed|restored|skipped (?:by writer intent|\(invalid config\))))/;
const RESTARTS = /\bconfig change requires gateway restart\b/;
const DEFERRED = /\bdeferring until\b/;

/**
 * Returns when the gateway has read what was last edited by hand and is done with it, also with the restart for it unless
 * that waits for a turn that the scenario holds.
 * @throws QaError `not-judged` when it is not, or when nothing says so
 */
export async function untilEditTaken(context: ActionContext, allow: Allow | undefined): Promise<void> {
  const { scene, gateway } = context;
  let says = true;
  const edit = scene.handEdit;
  if (!edit || gateway.pid === undefined) return;
  allow?.(TAKEN_MS);
  try {
    const options = { timeoutMs: TAKEN_MS, intervalMs: LOOK_MS };
    await waitIn(
      context,
      "the gateway to take the edit of its config",
      async () => {
        const taken = await isTaken(context, edit);
        says = taken.says;
        return taken.done;
      },
      options,
    );
  } catch (error) {
    if (!(error instanceof QaError && error.code === "wait-timeout")) throw error;
    const what = says
      ? "the gateway has not taken it"
      : "nothing says that the gateway has taken it, or what it made of it";
    throw new QaError(`it could not be judged what the edit of the config brings: ${what}`, {
      code: "not-judged",
      fault: says ? "product" : "harness",
      hint: "Say with `reload` beside editConfig how the gateway is to take it; the log shows what it made of it.",
    });
  }
  scene.handEdit = undefined;
}

/** @returns says: the gateway says itself which text of its config it has dealt with, and how; done: it has with this one */
async function isTaken(
  context: ActionContext,
  { line, before }: HandEdit,
): Promise<{ says: boolean; done: boolean }> {
  let says = true;
  try {
    const told = await toldOutcome(context);
    says = told !== undefined;
    // What was logged before that was said has been read when it answers once more.
    const { bootId } = await context.identity();
    if (before && bootId !== before.bootId) return { says, done: true };
    if (told === "unread") return { says, done: false };
    const lines = linesSince(context, line);
    const restart = lines.findLastIndex((each) => RESTARTS.test(each));
    if (told === "restart" || (!says && restart !== -1)) {
      const deferred = lines.slice(Math.max(restart, 0)).some((each) => DEFERRED.test(each));
      return { says, done: isHeld(context) && deferred };
    }
    const done = says || lines.some((each) => DONE.test(each)) || (await isInForce(context)) === true;
    return { says, done };
  } catch (error) {
    // It goes down for the restart; the next process answers.
    if (error instanceof QaError && error.code === "gateway-restarted") return { says, done: false };
    throw error;
  }
}

/** What the gateway made of the text that is in its file now; undefined: it is one that does not say so. */
async function toldOutcome(context: ActionContext): Promise<"unread" | "restart" | "other" | undefined> {
  const status = await context.call("qa.gateway.status", {}).catch((error: unknown) => {
    if (error instanceof QaError && error.code === "blocked") return undefined;
    throw error;
  });
  if (status === undefined) return undefined;
  const { configHash, lastReload } = status;
  const text = await readFile(context.gateway.configPath, "utf8");
  const hash = createHash("sha256").update(text).digest("hex");
  if (isJsonObject(lastReload) && lastReload.hash === hash)
    return lastReload.outcome === "restart" ? "restart" : "other";
  return configHash === hash ? "other" : "unread";
}

function linesSince({ scene, gateway }: ActionContext, first: number): string[] {
  if (!gateway.capabilities.has("logs")) return [];
  return scene.logLines.filter(({ index }) => index >= first).map(({ line }) => line);
}

/** The restart waits until the scenario goes on; for any other turn it comes by itself. */
function isHeld({ model }: ActionContext): boolean {
  return (model?.inHand.held ?? 0) > 0;
}
