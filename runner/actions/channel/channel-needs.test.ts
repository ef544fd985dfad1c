import { expect, test } from "vitest";
import type { ActionContext, ActionSet } from "../define.ts";
import { ACTIONS } from "../vocabulary.ts";
import { transportActions } from "./transport.ts";

/** The subjects of which actions reach the bus; the others reach the gateway. */
const SUBJECTS: ReadonlySet<string> = new Set(["channel", "transport"]);
/** They look for replies that end a wait early; what they wait for may be anything. */
const ONLY_GIVE_UP = ["waitForCondition", "transport.waitForCondition"];

function named(prefix: string, actions: ActionSet) {
  return Object.entries(actions).map(([name, action]) => ({ name: prefix + name, action }));
}

/** Whether the action reaches the bus when it is called with next to nothing. */
async function reachesBus(run: (context: ActionContext, ...args: never[]) => unknown): Promise<boolean> {
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
  const args = [{ action: "react", args: {} }, () => true] as unknown as never[];
  try {
    await run(context, ...args);
  } catch {
    // What it needs beside the bus is not here either.
  }
  return reached;
}

test("every action that reaches the bus says that it needs the channel", async () => {
  const all = [...named("", ACTIONS), ...named("transport.", transportActions)];
  const reaching: string[] = [];
  const silent: string[] = [];
  for (const { name, action } of all.filter(({ action }) => SUBJECTS.has(action.subject))) {
    if (!(await reachesBus(action.run))) continue;
    reaching.push(name);
    if (action.needs !== "qa-channel") silent.push(name);
  }
  expect(silent).toEqual(ONLY_GIVE_UP);
  expect(reaching).toEqual(expect.arrayContaining(["readTransportTranscript", "waitForOutboundMessage"]));
});
