import { BY_HAND } from "./config.ts";
import type { Chain, ChainName } from "./links.ts";

/** What it means that a link is the first that is missing. */
const SENTENCES: Readonly<Record<ChainName, Readonly<Record<string, string>>>> = {
  reply: {
    accepted: "the gateway never took the message from the channel",
    "turn-started": "the gateway took the message and started no turn",
    "taken-up": "the gateway restarted and did not take up the turn that this cut off",
    "model-asked": "the turn started and never asked the model",
    "model-answered": "the turn asked the model and got no answer",
    sent: "the turn was answered by the model, and the gateway sent nothing",
    arrived: "the gateway sent the reply and it never arrived on the channel",
  },
  config: {
    written: "the gateway accepted the patch and never wrote it",
    noticed: "the config was written and the gateway never noticed",
    planned: "the gateway noticed the change and refused it",
    deferred: "the change needs a restart, which never came",
    stopped: "the change needs a restart, and the gateway never stopped",
    started: "the change needed a restart, and no new process started",
    ready: "the change needed a restart, and the new process never became ready",
    "plugins-reloaded": "the gateway planned the change and did not reload its plugins",
    applied: "the gateway accepted the patch and never applied it",
    kept: "the change was applied, and a restart lost it",
  },
  plugin: {
    found: "the gateway did not find the plugin",
    manifest: "the gateway cannot use the plugin",
    enabled: "the plugin is not enabled",
    planned: "the plugin is enabled and nothing asked for it",
    imported: "the plugin does not load",
    registered: "the plugin was imported and did not register",
    "tool-offered": "the plugin is registered and its tool was not offered to the model",
    called: "the tool was offered and the model did not call it",
    running: "the plugin was loaded and failed later",
    answered: "the plugin's tool was called and failed",
  },
  restart: {
    requested: "nothing asked the gateway to restart",
    stopped: "the gateway was asked to restart and never stopped",
    started: "the gateway stopped and no new process started",
    ready: "the gateway restarted and never became ready",
    note: "the gateway restarted and never sent the note about it",
  },
  skill: {
    noticed: "the skill was written and the gateway never noticed",
  },
  update: {
    requested: "nothing asked the gateway to update itself",
    resolved: "the version to update to was not found",
    staged: "the new version could not be installed beside the old one",
    validated: "the new version did not pass its checks",
    swapped: "the new version did not take the place of the old one",
    stopped: "the new version is installed and the old process never stopped",
    started: "the old process stopped and the new version did not start",
    "version-seen": "the gateway came back and is not the new version",
    note: "the gateway was updated and never sent the note about it",
  },
};

/** The same where nobody asked the gateway for the change. */
const BY_HAND_SENTENCES: Readonly<Record<string, string>> = {
  applied: "the gateway noticed the edit and never applied it",
  noticed: "the config file was edited and the gateway never noticed",
};

/** The same of a turn that asks no model. */
const COMMAND_SENTENCES: Readonly<Record<string, string>> = {
  sent: "the gateway ran the command and sent no answer",
};

/** The first missing link in plain words; undefined where nothing is missing. */
export function sentenceOf({ name, about, missing, links }: Chain): string | undefined {
  if (missing === undefined || !isName(name)) return undefined;
  if (isGuess({ missing, links })) {
    const last = links.findLast(({ state }) => state === "happened");
    const known = last ? `: the last it shows is \`${inWords(last.link)}\`` : "";
    return `it did not come to \`${inWords(missing)}\`, and this gateway does not say how far it came${known}`;
  }
  const isByHand = links[0]?.detail === BY_HAND;
  const isCommand = name === "reply" && !links.some(({ link }) => link === "model-asked");
  const sentence =
    (isByHand && BY_HAND_SENTENCES[missing]) ||
    (isCommand && COMMAND_SENTENCES[missing]) ||
    SENTENCES[name][missing];
  const detail = links.find(({ link }) => link === missing)?.detail;
  const waitsFor = missing === "stopped" && links.find(({ link }) => link === "deferred")?.detail;
  if (waitsFor) return `${sentence}: it waits for ${waitsFor}`;
  const what =
    name === "plugin" && about !== undefined
      ? sentence?.replace("the plugin", `the plugin ${about}`)
      : sentence;
  return detail === undefined ? what : `${what}: ${detail}`;
}

/** Whether the link before the missing one may be missing as well. */
export function isGuess({ missing, links }: Pick<Chain, "missing" | "links">): boolean {
  const place = links.findIndex(({ link }) => link === missing);
  // Who says why it is missing knows that it is the first.
  return links[place - 1]?.state === "unknown" && links[place]?.detail === undefined;
}

function inWords(link: string): string {
  return link.replaceAll("-", " ");
}

function isName(name: string): name is ChainName {
  return Object.hasOwn(SENTENCES, name);
}
