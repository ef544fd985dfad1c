import type { IncomingMessage, ServerResponse } from "node:http";
import { isNestedDeeper } from "../base/nesting.ts";
import type { RedactText } from "../base/secrets/secrets.ts";
import type { Teardown } from "../base/teardown.ts";
import type { Wakeups } from "../base/wakeups.ts";
import { HttpError, readText, sendJson } from "./json.ts";
import { listenLocally } from "./local-server.ts";

const BODY = { maxBytes: 4 * 1024 * 1024, timeoutMs: 10_000 };
const MAX_DEPTH = 100;

interface FakeAnswer {
  status?: number;
  headers?: Readonly<Record<string, string>>;
  json?: unknown;
  body?: string;
}

/** A request that a fake answers, with its answer or several in turn, of which the last is repeated. */
interface FakeRoute extends FakeAnswer {
  /** Default: GET. */
  method?: string;
  path: string;
  answers?: readonly FakeAnswer[];
}

/** Fakes of third-party services, by name. */
export type FakeServices = Readonly<Record<string, readonly FakeRoute[]>>;

/** A request that a fake received. */
export interface HttpRequest {
  service: string;
  method: string;
  /** Without the query. */
  path: string;
  query: Record<string, string>;
  headers: Record<string, string>;
  /** As it came. */
  body: string;
  /** What it says, where it is JSON. */
  json?: unknown;
  /** Of the answer. */
  status: number;
  /** False: the service has no answer for it, and gave 404. */
  answered: boolean;
}

/** What a scenario sees of its fakes. */
export interface HttpFakes {
  readonly requests: readonly HttpRequest[];
}

/**
 * Serves fakes of third-party services on a random port of 127.0.0.1, below an address with a token, and records what they
 * are asked. What has no answer gets 404.
 * @param options.redact takes out of a recorded request what its scenario must not see
 * @returns `addresses` are base URLs by name
 */
export async function startFakes(
  services: FakeServices,
  { teardown, wakeups, redact }: { teardown: Teardown; wakeups: Wakeups; redact: RedactText },
): Promise<HttpFakes & { addresses: Record<string, string>; token: string }> {
  const requests: HttpRequest[] = [];
  const served = new Map<FakeRoute, number>();
  const { url, token } = await listenLocally(
    {
      name: "the fake of a service",
      teardown,
      refusal: (error) =>
        error instanceof HttpError
          ? { status: error.status, body: { error: error.message } }
          : { status: 500, body: { error: String(error) } },
    },
    async (path, request, response) => {
      const [, service = "", ...rest] = path.split("/");
      const routes = Object.hasOwn(services, service) ? services[service] : undefined;
      if (!routes) throw new HttpError(404, `there is no service ${service}`);
      const below = `/${rest.join("/")}`;
      const method = request.method ?? "GET";
      const body = await readText(request, BODY);
      const route = routes.find((each) => each.path === below && (each.method ?? "GET") === method);
      const turn = route ? (served.get(route) ?? 0) : 0;
      if (route) served.set(route, turn + 1);
      const answer = route && (route.answers?.[Math.min(turn, route.answers.length - 1)] ?? route);
      requests.push(
        redacted(
          {
            service,
            method,
            path: below,
            status: answer ? (answer.status ?? 200) : 404,
            answered: answer !== undefined,
            body,
          },
          request,
          redact,
        ),
      );
      if (answer) send(response, answer);
      else sendJson(response, 404, { error: `the fake of ${service} has no answer for ${method} ${below}` });
      wakeups.notify();
    },
  );
  const addresses = Object.fromEntries(Object.keys(services).map((name) => [name, `${url}/${name}`]));
  return { requests, addresses, token };
}

function redacted(
  { body, path, ...known }: Omit<HttpRequest, "query" | "headers" | "json">,
  { headers, url = "" }: IncomingMessage,
  redact: RedactText,
): HttpRequest {
  const query = new URLSearchParams(url.split("?").slice(1).join("?"));
  const texts = (pairs: Iterable<[string, string]>) =>
    Object.fromEntries([...pairs].map(([name, value]) => [name, redact(value)]));
  const text = redact(body);
  return {
    ...known,
    path: redact(path),
    query: texts(query),
    headers: texts(Object.entries(headers).map(([name, value]) => [name, [value].flat().join(", ")])),
    body: text,
    ...jsonIn(text),
  };
}

function jsonIn(text: string): { json?: unknown } {
  if (!/^\s*[[{]/.test(text) || isNestedDeeper(text, MAX_DEPTH)) return {};
  try {
    return { json: JSON.parse(text) };
  } catch {
    return {};
  }
}

function send(response: ServerResponse, { status = 200, headers = {}, json, body }: FakeAnswer): void {
  if (response.destroyed) return;
  const text = json === undefined ? (body ?? "") : JSON.stringify(json);
  const type = json === undefined ? "text/plain; charset=utf-8" : "application/json; charset=utf-8";
  response.writeHead(status, { "content-type": type, ...lowerCase(headers) });
  response.end(text);
}

function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
