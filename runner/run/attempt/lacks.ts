import { isAbsolute, relative } from "node:path";
import { isJsonObject } from "../../base/json.ts";
import { inShort } from "../../base/text.ts";
import type { ScenarioFinished } from "../../report/events.ts";
import type { Scenario } from "../../scenario/types.ts";
import type { Testbed } from "../testbed/testbed.ts";
import type { FlowFailure } from "./ending.ts";

/** As Node says that a file or a program is not there. */
const NO_FILE = /(?:ENOENT: no such file or directory, \w+ |Cannot find module )'([^']+)'/;
/** Upstream's scenarios put it in the place of the repository's path in what they show. */
const ROOT_SHOWN = "<repo>/";
/** Where the package of a release lies, which takes the place of a pack's repository. */
const PACKAGE = "/node_modules/openclaw/";
const UNKNOWN_KEY = /\b(?:unknown|unrecognized) keys?\b[^"'\n]*((?:["'][^"'\n]+["'],? ?)+)/gi;

/**
 * What runner, pack or gateway do not have, where a scenario failed for want of it: then it is blocked, and the product has
 * done nothing wrong.
 */
export function lackBehind(
  failure: FlowFailure,
  scenario: Scenario,
  testbed: Pick<Testbed, "unknown">,
): Pick<ScenarioFinished, "reason" | "fault"> | undefined {
  const ours = lackOfOurs(failure, testbed) ?? lackOfPack(failure, scenario);
  if (ours !== undefined) return { fault: "harness", reason: ours };
  const reason = unknownKeys(failure, scenario);
  return reason === undefined ? undefined : { reason };
}

/** What this runner itself does not have, where a scenario failed for want of it: no fault of the product's. */
function lackOfOurs(
  { message, details = "" }: FlowFailure,
  { unknown }: Pick<Testbed, "unknown">,
): string | undefined {
  const missing = unknown.find(
    ({ method, path }) => method === "POST" || message.includes(path) || details.includes(path),
  );
  if (!missing) return undefined;
  const { server, method, path } = missing;
  return `this runner's ${server} has no ${method} ${path}, which was asked for. ${inShort(message)}`;
}

/** A file that a scenario looks for in the repository that it was written in, and of which only the scenarios are here. */
function lackOfPack({ message }: FlowFailure, { pack }: Scenario): string | undefined {
  const path = pack.foreign ? NO_FILE.exec(message)?.[1] : undefined;
  if (path === undefined) return undefined;
  const shown = [ROOT_SHOWN, PACKAGE].find((root) => path.includes(root));
  const inside = shown ? path.split(shown).at(-1) : relative(pack.referenceRoot, path);
  if (!inside || isAbsolute(inside) || inside.startsWith("..")) return undefined;
  return `the pack's folder has no ${inside}, which the scenario looks for there`;
}

/** Keys of the scenario's own patch that the gateway refuses to start with. */
function unknownKeys({ code, message, details = "" }: FlowFailure, { meta }: Scenario): string | undefined {
  if (code !== "gateway-start-failed") return undefined;
  const own = new Set(keysIn(meta.gatewayConfigPatch));
  const refused = [...`${message}\n${details}`.matchAll(UNKNOWN_KEY)]
    .flatMap(([, keys = ""]) => keys.match(/[^"', ]+/g) ?? [])
    .filter((key) => own.has(key));
  return refused.length === 0
    ? undefined
    : `the scenario sets ${[...new Set(refused)].join(", ")}, which this gateway does not know, and does not start with (config-keys)`;
}

function keysIn(value: unknown): string[] {
  return isJsonObject(value)
    ? Object.entries(value).flatMap(([key, member]) => [key, ...keysIn(member)])
    : [];
}
