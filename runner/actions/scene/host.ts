import { effectFor, withDefaults } from "../../flow/arguments.ts";
import type { StatementHost } from "../../flow/run/host.ts";
import type { Effect } from "../../flow/vocabulary.ts";
import { runStatement } from "../bind.ts";
import type { ActionContext } from "../context.ts";
import type { ActionSet } from "../define.ts";

/** Statements about all of their step, which need to know how it was when the step began. */
const ABOUT_THE_STEP = /^expectNo[A-Z]/;
/** Those that do as long as nothing has changed the gateway: what was said may restart it. */
const ABOUT_RESTARTS = /^expect(Restart|Update|InOrder)$/;

/** Carries out the statements of one run of a scenario. */
export function statementHost(context: ActionContext, statements: ActionSet): StatementHost {
  const { scene } = context;
  const identify = () => context.identity();
  return {
    async stepStarted(actions) {
      scene.open();
      scene.stepBegins();
      await scene.outage.stepStarted(context, actions);
      const isAbout = (names: RegExp) => actions.some(({ action }) => names.test(action));
      if (isAbout(ABOUT_THE_STEP) || (scene.before === undefined && isAbout(ABOUT_RESTARTS)))
        await scene.stepStarted(identify);
    },
    async perform({ action: name, params, withinMs, times }, allow) {
      const action = statements[name];
      if (!action) throw new Error(`there is no statement ${name}`);
      if (action.statement === "acts") {
        const effect: Effect = effectFor(action, withDefaults(action, params));
        await scene.acting(effect, identify);
      }
      const value = await runStatement(
        name,
        action,
        { ...context, limits: { withinMs, times, allow } },
        params,
      );
      return { value, later: scene.takeLater(), notes: scene.takeNotes() };
    },
    leaveOut: (effect) => scene.acting(effect, identify),
  };
}
