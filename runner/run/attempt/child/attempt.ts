import { setImmediate as nextTurn } from "node:timers/promises";
import { errorMessage, QaError } from "../../../base/errors.ts";
import { endingOf } from "../ending.ts";
import { unpackError } from "../wire/errors.ts";
import type { AttemptOrder } from "../wire/messages.ts";
import { Channel } from "./channel.ts";
import { runAttempt } from "./flow.ts";
import { RemoteTestbed } from "./remote.ts";

/**
 * The program of an attempt's process: it waits for its order, runs the flow, reports how it ended, and is ended.
 * @param keepCompiled keeps what has been compiled, for the next process
 */
export function main(keepCompiled: () => void): void {
  const channel = new Channel();
  const testbed = new RemoteTestbed(channel);
  const end = new AbortController();
  const strays: QaError[] = [];
  watchStrays((error) => {
    strays.push(error);
    end.abort(error);
  });
  // An exit waits for the thread that waits for the runner.
  process.once("exit", () => channel.send({ type: "leaving" }));
  const run = async (order: AttemptOrder) => {
    const ended = await runAttempt(order, testbed, channel, end.signal);
    // A rejection that nobody handles is known when its turn is over.
    await nextTurn();
    const [stray] = ended.verdict === "passed" ? strays : [];
    // It will be killed, which keeps nothing.
    keepCompiled();
    channel.send({ type: "ended", end: stray ? { ...ended, ...endingOf(stray) } : ended });
  };
  channel.listen((message) => {
    switch (message.type) {
      case "begin":
        void run(message.order);
        break;
      case "answer":
        testbed.answered(message.call, message);
        break;
      case "call-back":
        void testbed.callBack(message.call, message.callback);
        break;
      case "wake":
        testbed.wakeups.notify();
        break;
      case "end":
        end.abort(unpackError(message.reason));
        break;
      case "ping":
        channel.send({ type: "pong" });
        break;
    }
  });
}

/** What fails without anyone waiting for it ends the flow: it belongs to a step that went on, or is over. */
function watchStrays(onStray: (error: QaError) => void): void {
  const stray = (code: string, what: string) => (reason: unknown) => {
    const error = new QaError(`${what}: ${errorMessage(reason)}`, {
      code,
      fault: "scenario",
      hint: "Look for an expression that starts something without `await`.",
      cause: reason,
    });
    // Where it arose is what the reader needs.
    error.stack = (reason as { stack?: string } | null)?.stack ?? error.stack;
    onStray(error);
  };
  process.on("unhandledRejection", stray("stray-rejection", "something failed that no step waited for"));
  process.on("uncaughtException", stray("stray-error", "something threw that no step waited for"));
}
