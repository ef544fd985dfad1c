import { expect, test } from "vitest";
import type { ActionContext } from "../context.ts";
import type { Action } from "../define.ts";
import type { FlowMember } from "../env/run.ts";
import { FLOW_API } from "../vocabulary.ts";
import { stateObject } from "./state.ts";
import { transportObject } from "./transport.ts";

/** The subjects whose actions reach the bus; the others reach the gateway. */
const SUBJECTS: ReadonlySet<string> = new Set(["channel", "transport"]);
/** They look for replies that end a wait early; what they wait for may be anything. */
const ONLY_GIVE_UP = ["waitForCondition", "transport.waitForCondition"];

function named(prefix: string, members: Readonly<Record<string, FlowMember>>) {
  return Object.entries(members).flatMap(([name, action]) =>
    action.kind === "function" ? [{ name: prefix + name, action }] : [],
  );
}

/** Whether the action reaches the bus when it is called with next to nothing. */
async function reachesBus({ run }: Action): Promise<boolean> {
  let reached = false;
  const bus = new Proxy(
    {},
    {
      get() {
        reached = true;
        return () => {
          throw new Error("nobody is at the other end of this bus");
        };
      },
    },
  );
  const gateway = { capabilities: new Set(), call: () => Promise.reject(new Error("not asked here")) };
  const context = { bus, gateway, signal: () => AbortSignal.abort() } as unknown as ActionContext;
  const params = {
    action: "react",
    args: {},
    predicate: () => true,
    check: () => undefined,
    kind: "thread-id",
    threadId: "",
  };
  try {
    await run(context, params);
  } catch {
    // What it needs besides the bus is not here either.
  }
  return reached;
}

test("every action that reaches the bus says that it needs the channel", async () => {
  const all = [
    ...named("", FLOW_API),
    ...named("transport.", transportObject.members),
    ...named("state.", stateObject.members),
  ];
  const reaching: string[] = [];
  const silent: string[] = [];
  for (const { name, action } of all.filter(({ action }) => SUBJECTS.has(action.subject))) {
    if (!(await reachesBus(action))) continue;
    reaching.push(name);
    if (action.needs !== "qa-channel") silent.push(name);
  }
  expect(silent).toEqual(ONLY_GIVE_UP);
  expect(reaching).toEqual(expect.arrayContaining(["readTransportTranscript", "waitForOutboundMessage"]));
});
