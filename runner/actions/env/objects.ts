import fs from "node:fs/promises";
import path from "node:path";
import { stateObject } from "../channel/state.ts";
import { transportObject } from "../channel/transport.ts";
import { callback, OBJECT, opaque, record, STRING } from "../schema.ts";
import { pictureValues } from "../upstream/pictures.ts";
import { gatewayObject } from "./gateway-object.ts";
import { type FlowMember, value } from "./run.ts";

const lab = value("env", record({ baseUrl: STRING }), "The bus server.", ({ facts }) => ({
  baseUrl: facts.busUrl,
}));

const MOCK = {
  anyOf: [
    record({ baseUrl: STRING, holdNextContinuation: callback("() => { held, release }", "") }),
    { type: "null" },
  ],
} as const;

/** The objects and values of flows; `env`, `state` and `transport` hold functions of their own. */
export const FLOW_OBJECTS: Readonly<Record<string, FlowMember>> = {
  state: stateObject,
  transport: transportObject,
  env: {
    kind: "object",
    subject: "env",
    summary: "Everything that belongs to this run of the scenario.",
    members: {
      gateway: gatewayObject,
      transport: transportObject,
      lab,
      mock: value(
        "env",
        MOCK,
        "The scripted model; null with a live one. Its requests are at `<baseUrl>/debug/requests`; see also `readModelRequests`.",
        ({ context: { model } }) =>
          model
            ? { baseUrl: model.baseUrl, holdNextContinuation: model.holdNextContinuation.bind(model) }
            : null,
      ),
      cfg: value("env", OBJECT, "The config that the gateway was started with.", ({ facts }) => facts.cfg),
      repoRoot: value(
        "env",
        STRING,
        "Root of the repository that the scenario belongs to. For a pack in upstream's flow language that has no built product (`dist`): the package of the release that it runs on.",
        ({ facts }) => facts.repoRoot,
      ),
      outputDir: value(
        "env",
        STRING,
        "Folder for evidence; it ends up in the report.",
        ({ facts }) => facts.outputDir,
      ),
      providerMode: value(
        "env",
        STRING,
        "`mock-openai` or `live-frontier`.",
        ({ context }) => context.providerMode,
      ),
      primaryModel: value("env", STRING, "`provider/model`", ({ context }) => context.primaryModel),
      alternateModel: value("env", STRING, "`provider/model`", ({ facts }) => facts.alternateModel),
    },
  },
  lab,
  scenario: value("env", OBJECT, "The scenario's own metadata.", ({ facts }) => facts.scenario),
  signal: value(
    "core",
    opaque("AbortSignal"),
    "Fires when the scenario must end.",
    ({ facts }) => facts.signal,
  ),
  ...pictureValues,
  path: { kind: "object", subject: "core", summary: "`node:path`.", members: {}, open: true, itself: path },
  fs: {
    kind: "object",
    subject: "core",
    summary: "`node:fs/promises`.",
    members: {},
    open: true,
    permission: "fs",
    itself: fs,
  },
};
