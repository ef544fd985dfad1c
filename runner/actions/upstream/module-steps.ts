import { actionsOf } from "../define.ts";
import { opaque, record, STRING } from "../schema.ts";

interface ModuleStep {
  name: string;
  run(): unknown;
}

/** Upstream reports a failed step in the result, which a flow may overlook; here it is thrown. */
async function runSteps(name: string, steps: readonly ModuleStep[]): Promise<object> {
  const done: object[] = [];
  for (const step of steps) {
    const details = await step.run();
    done.push({ name: step.name, status: "pass", ...(details ? { details } : {}) });
  }
  return { name, status: "pass", steps: done };
}

export const moduleStepActions = actionsOf("core", (define) => ({
  runScenario: define({
    summary: "Runs steps that a module brings along, in order; the first that fails is the error.",
    params: {
      name: { ...STRING, description: "of the whole" },
      steps: opaque<readonly ModuleStep[]>(
        "array of { name, run }",
        "`run` is a function, may be async and may return details",
      ),
    },
    main: "name",
    positional: ["name", "steps"],
    returns: record({
      name: STRING,
      status: { const: "pass" },
      steps: { type: "array", items: record({ name: STRING, status: { const: "pass" } }, { details: {} }) },
    }),
    run: (_context, { name, steps }) => runSteps(name, steps),
  }),
}));
