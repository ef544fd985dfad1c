import { QaError, UsageError } from "../base/errors.ts";
import { isLoopback } from "../base/loopback.ts";
import type { Environment } from "./process/env.ts";

const BASE_URL_VARIABLE = "GATEWAY_QA_LIVE_BASE_URL";
const MODEL_VARIABLE = "GATEWAY_QA_LIVE_MODEL";
const KEY_VARIABLE = "GATEWAY_QA_LIVE_API_KEY";
/** Only for OpenAI itself: no other provider should get its key. */
const PUBLIC_KEY_VARIABLE = "OPENAI_API_KEY";
const PUBLIC_BASE_URL = "https://api.openai.com/v1";

/** A provider that speaks OpenAI's chat completions, and the model to ask there. */
export interface LiveModel {
  /**
   * Its id in the gateway's config. Releases know more about `openai` than the config says, for instance smaller models
   * for small tasks: only OpenAI itself goes by that name.
   */
  provider: "openai" | "live";
  /** With its version, for instance `https://api.openai.com/v1`. */
  baseUrl: string;
  model: string;
  apiKey: string;
}

/**
 * The provider for `--model live`, as the environment names it.
 * @throws QaError `live-model-missing` naming the variable that is not set; UsageError for what is not an address
 */
export function liveModelFrom(env: Environment): LiveModel {
  const baseUrl = baseUrlFrom(env);
  const isPublic = baseUrl === PUBLIC_BASE_URL;
  const keyVariables = [KEY_VARIABLE, ...(isPublic ? [PUBLIC_KEY_VARIABLE] : [])];
  const apiKey = keyVariables.map((name) => env[name]).find(Boolean);
  if (!apiKey) throw missing("no key for the live model", keyVariables.join(" or "));
  const model = env[MODEL_VARIABLE];
  if (!model) throw missing("no name for the live model", MODEL_VARIABLE);
  return { provider: isPublic ? "openai" : "live", baseUrl, model, apiKey };
}

/** Without a slash at its end. @throws UsageError when it is not an address, or one that must not get a key */
function baseUrlFrom(env: Environment): string {
  const baseUrl = (env[BASE_URL_VARIABLE] || PUBLIC_BASE_URL).replace(/\/+$/, "");
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password) {
    throw new UsageError(
      `${BASE_URL_VARIABLE} is not the address of a provider`,
      `An address looks like ${PUBLIC_BASE_URL}, and holds no credentials.`,
    );
  }
  if (url.protocol === "http:" && !isLoopback(url.hostname)) {
    throw new UsageError(
      `${BASE_URL_VARIABLE}: http:// would send the key to ${url.host} in the clear`,
      "Use https://, or a provider on this machine.",
    );
  }
  return baseUrl;
}

function missing(what: string, variable: string): QaError {
  return new QaError(`there is ${what}`, {
    code: "live-model-missing",
    fault: "environment",
    hint: `Set ${variable}, or leave out --model live.`,
  });
}
