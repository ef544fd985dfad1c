import { type Injections, noInjections } from "../base/border-faults.ts";
import { QaError } from "../base/errors.ts";
import { suggestion } from "../base/suggest.ts";
import type { Teardown } from "../base/teardown.ts";
import type { Wakeups } from "../base/wakeups.ts";
import type { LocalServerOptions } from "../http/local-server.ts";
import type { ModelScript } from "../scenario/schema/model-script-schema.ts";
import type { AgentModel, RequestsInHand } from "./agent-model.ts";
import type { ModelAnswer } from "./answer.ts";
import { withBreakage } from "./breakage.ts";
import { Continuations } from "./continuations.ts";
import { deliver } from "./deliver.ts";
import { EVERY_ANSWER, Gates } from "./gates.ts";
import { followInstructions } from "./instructions/instructions.ts";
import { type RecordedRequest, record } from "./recorder.ts";
import type { ModelRequest } from "./request.ts";
import { ScriptedRules } from "./script.ts";
import { type ModelCall, type ModelRecords, serveModel } from "./server.ts";
import { currentTurn } from "./turn.ts";

/** A request as it was understood, and what was decided to say to it. */
interface Exchange {
  request: ModelRequest;
  answer: ModelAnswer;
}

/** The scripted model, running. */
export interface ScriptedModel extends AgentModel {
  /** Of one of its requests. */
  exchange(request: RecordedRequest): Exchange | undefined;
  /** The secret in its address. */
  readonly token: string;
  /** Forgets requests and holds, and goes on with another script: for the next scenario on the same gateway. */
  reset(script?: ModelScript): void;
}

export interface ScriptedModelOptions {
  teardown: Teardown;
  wakeups: Wakeups;
  /** The scenario's qa-model block, checked. Without one, the model follows instructions. */
  script?: ModelScript;
  onUnknown?: LocalServerOptions["onUnknown"];
  /** What goes wrong on purpose. Default: nothing does. */
  injections?: Injections;
}

/** Starts the model behind the agent on a random loopback port, until teardown. */
export async function startScriptedModel(options: ScriptedModelOptions): Promise<ScriptedModel> {
  const { teardown, wakeups, onUnknown, injections = noInjections() } = options;
  const records: ModelRecords = { requests: [], images: [] };
  const { requests, images } = records;
  const exchanges = new WeakMap<RecordedRequest, Exchange>();
  const inHand = new Map<RecordedRequest, keyof RequestsInHand>();
  let state = scriptedState(options.script);

  const update = (recorded: RecordedRequest, status: RecordedRequest["status"]) => {
    recorded.status = status;
    wakeups.notify();
  };

  const answer = async ({ api, raw, body, response, signal }: ModelCall) => {
    const { rules, gates, continuations } = state;
    const request = api.parse(body);
    const turn = currentTurn(request);
    const plan = withBreakage(
      () => rules?.plan(request, turn) ?? followInstructions(request, turn),
      request,
      turn,
      injections,
    );
    const recorded = record({ raw, body, request, turn, plan });
    exchanges.set(recorded, { request, answer: plan.answer });
    const serial = requests.push(recorded);
    inHand.set(recorded, "working");
    wakeups.notify();
    const gate = turn.exchanges.length > 0 ? continuations.take(recorded) : undefined;
    try {
      for (const name of [EVERY_ANSWER, gate, plan.hold]) {
        if (name === undefined || !gates.isClosed(name)) continue;
        inHand.set(recorded, "held");
        update(recorded, "held");
        await gates.pass(name, signal);
        inHand.set(recorded, "working");
      }
      if (plan.answer.kind === "hang" || plan.breaks?.how === "stall") inHand.set(recorded, "held");
      await deliver({ api, request, plan, serial, response, signal });
      inHand.delete(recorded);
      update(recorded, "answered");
    } catch (error) {
      inHand.delete(recorded);
      update(recorded, "aborted");
      if (!signal.aborted) throw error;
    }
  };

  const { url: baseUrl, token } = await serveModel({ teardown, records, answer, onUnknown });
  return {
    baseUrl,
    token,
    v1Url: `${baseUrl}/v1`,
    requests,
    exchange: (request) => exchanges.get(request),
    get inHand() {
      const held = [...inHand.values()].filter((why) => why === "held").length;
      return { working: inHand.size - held, held };
    },
    hold: (name) => state.gates.hold(name === undefined ? EVERY_ANSWER : state.known(name)),
    release: (name) => state.gates.release(name === undefined ? undefined : state.known(name)),
    reset(script) {
      state.gates.release();
      requests.length = 0;
      images.length = 0;
      state = scriptedState(script);
    },
    holdNextContinuation: () => state.continuations.holdNext(),
  };
}

/** The part of the model's state that lasts as long as one script. */
function scriptedState(script: ModelScript | undefined) {
  const rules = script && new ScriptedRules(script);
  const gates = new Gates();
  const names = rules?.gates() ?? [];
  for (const gate of names) gates.hold(gate);
  /** @throws QaError `bad-argument` for a hold that no rule has */
  const known = (name: string): string => {
    if (names.includes(name)) return name;
    throw new QaError(`no rule of the scenario's model script has \`hold: ${name}\``, {
      code: "bad-argument",
      fault: "scenario",
      hint:
        names.length > 0
          ? suggestion(name, names)
          : "Without a name `holdModel` holds every answer; a `hold` in a rule of the qa-model block names one.",
    });
  };
  return { rules, gates, known, continuations: new Continuations(gates) };
}
