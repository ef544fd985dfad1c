import { expect, test } from "vitest";
import { liveModelFrom } from "./live-model.ts";

const MODEL = { GATEWAY_QA_LIVE_MODEL: "m" };

test.for([undefined, "", "https://api.openai.com/v1", "https://api.openai.com/v1/"])(
  "OpenAI at %j is asked with OpenAI's key, unless there is one for this",
  (address) => {
    const env = { ...MODEL, OPENAI_API_KEY: "general", GATEWAY_QA_LIVE_BASE_URL: address };
    const openai = { provider: "openai", baseUrl: "https://api.openai.com/v1", model: "m" };
    expect(liveModelFrom(env)).toEqual({ ...openai, apiKey: "general" });
    expect(liveModelFrom({ ...env, GATEWAY_QA_LIVE_API_KEY: "own" })).toEqual({ ...openai, apiKey: "own" });
  },
);

test.for([
  "https://provider.invalid/v1",
  "https://api.openai.com.invalid/v1",
  "https://api.openai.com/v1beta",
])("OpenAI's key does not go to %s", (address) => {
  const env = { ...MODEL, OPENAI_API_KEY: "general", GATEWAY_QA_LIVE_BASE_URL: address };
  expect(() => liveModelFrom(env)).toThrow("no key for the live model");
  expect(liveModelFrom({ ...env, GATEWAY_QA_LIVE_API_KEY: "own" })).toEqual({
    provider: "live",
    baseUrl: address,
    model: "m",
    apiKey: "own",
  });
});
