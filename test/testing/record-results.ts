import { appendFileSync } from "node:fs";
import { Ajv } from "ajv";
import type { Action } from "../../runner/actions/define.ts";
import { FLOW_API } from "../../runner/actions/vocabulary.ts";
import { functionsIn } from "../../runner/flow/vocabulary-lookup.ts";

/** Results that each action of a run gave, checked against the schema that it declares for them. */
export interface RecordedResult {
  path: string;
  /** What does not fit; empty when the result does. */
  problem: string;
}

/** Preloaded into a run (`node --import`): appends a line for each result to the file that RESULTS_FILE names. */
const file = process.env.RESULTS_FILE;
const ajv = new Ajv({ strict: false, keywords: ["opaque", "function", "optional"] });

for (const [path, entry] of functionsIn(FLOW_API)) {
  const action = entry as Action;
  const { run, returns } = action;
  const validate = ajv.compile(returns);
  const note = (result: unknown) => {
    const fits =
      result === undefined ? returns.optional === true : returns.opaque !== "nothing" && validate(result);
    const problem = fits
      ? ""
      : `${ajv.errorsText(validate.errors)}: ${JSON.stringify(result)?.slice(0, 300)}`;
    if (file) appendFileSync(file, `${JSON.stringify({ path, problem })}\n`);
    return result;
  };
  action.run = (context, params) => {
    const result = run(context, params);
    return result instanceof Promise ? result.then(note) : note(result);
  };
}
