import { BlockedError, QaError } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import type { GatewayIdentity } from "./gateway.ts";

/**
 * Reads the answer of `qa.gateway.status`.
 * @throws QaError `bad-answer` when it does not say who the process is
 */
export function readIdentity({ bootId, pid, version, generation }: JsonObject): GatewayIdentity {
  if (typeof bootId !== "string" || typeof generation !== "number") {
    throw new QaError("qa.gateway.status: the answer names no bootId or no generation", {
      code: "bad-answer",
      fault: "product",
    });
  }
  return {
    bootId,
    pid: typeof pid === "number" ? pid : undefined,
    version: typeof version === "string" ? version : "unknown",
    generation,
  };
}

/** An identity whose generation is not known: a scenario that looks at it is blocked, not failed. */
export function withoutGeneration(known: Omit<GatewayIdentity, "generation">): GatewayIdentity {
  return Object.defineProperty(known as GatewayIdentity, "generation", {
    enumerable: false,
    get: () => {
      throw new BlockedError(
        "reload-generation",
        "this gateway does not report how many config changes it has applied",
      );
    },
  });
}
