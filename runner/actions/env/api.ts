import type { StatementHost } from "../../flow/run/host.ts";
import { bindAction, type FlowObjects } from "../bind.ts";
import { actionContext, type ScenarioContext } from "../context.ts";
import { interceptedGateway } from "../gateway/intercepted-gateway.ts";
import { statementHost } from "../scene/host.ts";
import { FLOW_API, STATEMENTS } from "../vocabulary.ts";
import type { FlowMember, FlowObject, FlowRun, RunFacts } from "./run.ts";

/** The values behind the vocabulary's names, and what carries out statements, for one run of one scenario. */
export function createFlowApi(
  scenario: ScenarioContext,
  facts: RunFacts,
): { api: Record<string, unknown>; host: StatementHost } {
  const gateway = interceptedGateway(scenario.gateway, scenario);
  const context = actionContext({ ...scenario, gateway });
  const api: Record<string, unknown> = {};
  new Made({ context, facts }).fill(api, FLOW_API, "");
  return { api, host: statementHost(context, STATEMENTS) };
}

/** An object of the flow API. Flows get a stand-in for it, and not a copy as of plain data. */
class FlowApiObject {}

/** Makes each declared object once, even where several names lead to it. */
class Made {
  readonly #run: FlowRun;
  readonly #objects = new Map<FlowObject, object>();
  readonly #byName: FlowObjects = { env: new FlowApiObject(), state: new FlowApiObject() };

  constructor(run: FlowRun) {
    this.#run = run;
  }

  fill(target: object, members: Readonly<Record<string, FlowMember>>, path: string): void {
    for (const [name, member] of Object.entries(members)) {
      if (member.kind === "value") {
        // Some change while the scenario runs, others cost time to make.
        Object.defineProperty(target, name, {
          enumerable: true,
          configurable: true,
          get: () => member.read(this.#run),
        });
      } else if (member.kind === "object") {
        Reflect.set(target, name, this.#object(member, path + name));
      } else {
        const call = bindAction(path + name, member, this.#run.context, this.#byName);
        for (const alias of [name, ...(member.aliases ?? [])]) Reflect.set(target, alias, call);
      }
    }
  }

  #object(declared: FlowObject, path: string): object {
    const known = declared.itself ?? this.#objects.get(declared);
    if (known) return known;
    const object = new FlowApiObject();
    this.#objects.set(declared, object);
    if (path === "env" || path === "state") this.#byName[path] = object;
    this.fill(object, declared.members, `${path}.`);
    return object;
  }
}
