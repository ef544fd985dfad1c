import { mutateConfig } from "../actions/config/config.ts";
import { waitForChannelReady } from "../actions/gateway/gateway.ts";
import { expectReload } from "../actions/gateway/reloads.ts";
import { PRESENT } from "../actions/scene/expect.ts";
import { errorMessage } from "../base/errors.ts";
import type { GatewayUnderTest } from "../gateway/gateway.ts";
import type { Testbed } from "../run/testbed/testbed.ts";
import type { Row } from "./compat-schema.ts";
import { contextOf } from "./context.ts";
import { inFew } from "./reasons.ts";
import type { Turns } from "./turns.ts";

/** A release that answers when the plugin runs may need as long as for a boot with it, which took 75 s once. */
const ANSWER_MS = 180_000;

export interface Switching {
  testbed: Testbed;
  gateway: GatewayUnderTest;
  turns: Turns;
  /** That the plugin brings. */
  tools: readonly string[];
  signal: AbortSignal;
}

/** Turns a running plugin off and on again: without a restart, its tools go and come back. */
export async function offAndOn(id: string, switching: Switching): Promise<Row> {
  const { tools, turns, signal } = switching;
  const row = "off and on";
  try {
    const off = await change(id, false, switching);
    const left = (await offered(turns)).filter((name) => tools.includes(name));
    const on = await change(id, true, switching);
    const back = await offered(turns);
    const lost = tools.filter((name) => !back.includes(name));
    if (left.length > 0)
      return { row, state: "no", seen: inFew(`off, the model is still offered ${left.join(", ")}`) };
    if (lost.length > 0)
      return { row, state: "no", seen: inFew(`on again, the model is not offered ${lost.join(", ")}`) };
    const what = tools.length === 0 ? "it has no tools by which it would show" : "its tools go and come back";
    const both = [off, on];
    if (both.some(({ reapplied }) => reapplied)) {
      return {
        row,
        state: "steps",
        seen: `the gateway only saved the change, as another one came between, until it was told to apply it; ${what}`,
        steps: ["config.apply of the saved config after turning it off or on"],
      };
    }
    if (both.every(({ outcome }) => outcome === "hot"))
      return { row, state: "yes", seen: `in the same process; ${what}` };
    return {
      row,
      state: "steps",
      seen: `with a restart of the gateway; ${what}`,
      steps: ["a restart of the gateway to turn it off or on"],
    };
  } catch (error) {
    signal.throwIfAborted();
    return { row, state: "no", seen: inFew(errorMessage(error)) };
  }
}

async function offered(turns: Turns): Promise<string[]> {
  return (await turns.turn()).tools.map(({ name }) => name);
}

/** @returns how the gateway took it */
async function change(
  id: string,
  enabled: boolean,
  { testbed, gateway, signal }: Switching,
): Promise<{ outcome: "hot" | "restart" | "none"; reapplied: boolean }> {
  const context = contextOf(testbed, gateway, signal);
  context.scene.open();
  await context.scene.acting("writes", () => context.identity());
  const before = await context.identity();
  const patch = { plugins: { entries: { [id]: { enabled } } } };
  const { reapplied } = await mutateConfig(context, "config.patch", patch, {}, { answerMs: ANSWER_MS });
  const { value } = await expectReload(context, PRESENT);
  if (value.outcome === "restart") {
    await context.waitForNewBoot(before.bootId, 180_000);
    await waitForChannelReady(context);
  }
  return { outcome: value.outcome, reapplied: reapplied === true };
}
