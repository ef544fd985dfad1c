import { Ajv, type ValidateFunction } from "ajv";
import type { Release } from "./release.ts";
import type { Schema } from "./schema-values.ts";

/** Chunks of the releases in which the schemas of the protocol are. */
const CHUNKS = ["protocol", "src", "sessions", "agents-models-skills", "channels", "nodes", "schema", "cron"];

/** A schema of the release's protocol (`ChatSendParams`); undefined when it has none of this name. */
export async function schemaOf(release: Release, name: string): Promise<Schema | undefined> {
  try {
    return await release.take<Schema>(`${name}Schema`, ...CHUNKS);
  } catch (error) {
    if (error instanceof Error && error.message.includes("declares no")) return undefined;
    throw error;
  }
}

/** One for all schemas, which nobody doubts, and which are asked too few values to be worth optimizing. */
const ajv = new Ajv({
  ...{ strict: false, meta: false, validateSchema: false, addUsedSchema: false },
  code: { optimize: false },
});

/** Compiles a schema of a release or of ours. */
export function validatorOf(schema: Schema): ValidateFunction {
  return ajv.compile(schema);
}

/** `sessions.messages.subscribe` and `Params` make `SessionsMessagesSubscribeParams`. */
export function schemaName(method: string, kind: string): string {
  const words = method.split(/[.-]/).map((word) => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`);
  return words.join("") + kind;
}

/** The releases' scopes, those that allow more come later. */
const SCOPES = ["read", "write", "pairing", "approvals", "questions", "talk.secrets", "admin"].map(
  (name) => `operator.${name}`,
);

/** Says which scope a method asks an operator for, the first that is enough; undefined when none is. */
export async function requiredScope(release: Release): Promise<(method: string) => string | undefined> {
  const authorize = await release.take<
    (method: string, scopes: string[], params: unknown) => { allowed: boolean }
  >("authorizeOperatorScopesForMethod", "method-scopes");
  return (method) => SCOPES.find((scope) => authorize(method, [scope], {}).allowed);
}
