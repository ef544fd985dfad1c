import { get } from "node:http";
import type { JsonObject } from "./gateway.ts";

const PROBE_TIMEOUT_MS = 2000;

/** One answer of /readyz. */
export interface Readiness {
  /** False while nobody answers at all. */
  listening: boolean;
  ready: boolean;
  /** What the gateway still waits for, in its own words: `startup-sidecars`, `qa-channel`. */
  failing: readonly string[];
}

const NOBODY: Readiness = { listening: false, ready: false, failing: [] };

/** Asks /readyz once. Whatever goes wrong counts as not ready. */
export function probeReadiness(baseUrl: string, signal?: AbortSignal): Promise<Readiness> {
  return new Promise((resolve) => {
    const request = get(
      `${baseUrl}/readyz`,
      { agent: false, timeout: PROBE_TIMEOUT_MS, signal },
      (response) => {
        let body = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          body += chunk;
        });
        response.on("error", () => {});
        response.on("close", () =>
          resolve({
            listening: true,
            ready: response.statusCode === 200 && response.complete,
            failing: failingOf(body),
          }),
        );
      },
    );
    request.on("timeout", () => request.destroy());
    request.on("error", () => resolve(NOBODY));
  });
}

/** `nothing listens yet`, `waiting for qa-channel`: the answer for people. */
export function describeReadiness({ listening, ready, failing }: Readiness): string {
  if (ready) return "/readyz says ready";
  if (!listening) return "nothing answers on its port";
  return `/readyz says not ready${failing.length > 0 ? `: ${failing.join(", ")}` : ""}`;
}

function failingOf(body: string): string[] {
  try {
    const { failing } = JSON.parse(body) as JsonObject;
    return Array.isArray(failing) ? failing.map(String) : [];
  } catch {
    return [];
  }
}
