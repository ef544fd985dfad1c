import { isDeepStrictEqual } from "node:util";
import { isJsonObject, type JsonObject, mergePatch } from "../../base/json.ts";

/** A call of the scenario's that changes something, and what became of it. */
interface Asked {
  method: string;
  params: JsonObject;
  /** Undefined while there is none: whether it takes effect is open then. */
  answer?: JsonObject;
  refused?: true;
}

const CHANGES =
  /^(?:config\.(?:patch|apply|set)|plugins\.(?:install|uninstall|setEnabled)|gateway\.restart\.request|update\.run)$/;

/** What a gateway was asked to change, and has promised by its answer. */
export class Promises {
  readonly #asked: Asked[] = [];

  /** A member of the gateway's interface is called. @returns what to call with its outcome */
  called(
    member: string,
    args: readonly unknown[],
  ): (outcome: { answer: unknown } | { error: unknown }) => void {
    const [method, params] = args;
    if (member !== "call" || typeof method !== "string" || !CHANGES.test(method)) return () => {};
    const asked: Asked = { method, params: isJsonObject(params) ? params : {} };
    this.#asked.push(asked);
    return (outcome) => {
      if ("answer" in outcome) asked.answer = isJsonObject(outcome.answer) ? outcome.answer : {};
      else if (isRefusal(outcome.error)) asked.refused = true;
    };
  }

  /** What is missing in a config that was promised to be there. @param config as `config.get` shows it */
  missingIn(config: JsonObject): string[] {
    const writes = this.#asked.filter(({ method }) => method.startsWith("config."));
    const at = writes.findLastIndex(({ answer, params }) => answer && typeof params.raw === "string");
    const last = writes[at];
    // One that was under way may have taken effect, and changed the same.
    if (!last || writes.slice(at + 1).some(({ refused }) => !refused)) return [];
    const body = JSON.parse(String(last.params.raw)) as JsonObject;
    const holds =
      last.method === "config.patch"
        ? isDeepStrictEqual(mergePatch(config, body), config)
        : isDeepStrictEqual(withoutMeta(body), withoutMeta(config));
    return holds ? [] : [`the config is not as ${last.method} was told that it is`];
  }

  /** What is wrong with the plugins. @param ids those that are installed */
  missingAmong(ids: readonly string[]): string[] {
    const last = new Map<string, Asked>();
    const open = this.#asked.some(
      ({ method, answer, refused }) => method.startsWith("plugins.") && !answer && !refused,
    );
    if (open) return [];
    for (const asked of this.#asked) {
      const id = asked.answer?.pluginId ?? asked.params.pluginId;
      if (asked.answer && typeof id === "string" && /^plugins\.(?:un)?install$/.test(asked.method))
        last.set(id, asked);
    }
    return [...last].flatMap(([id, { method }]) =>
      (method === "plugins.install") === ids.includes(id)
        ? []
        : [`${method} of ${id} was answered, and is undone`],
    );
  }

  /** Notes that the gateway was asked to deliver, and whether it has said that it will. */
  get notes(): { note: string; isPromised: boolean }[] {
    return this.#asked.flatMap(({ params: { note }, answer, refused }) =>
      typeof note === "string" && !refused ? [{ note, isPromised: answer !== undefined }] : [],
    );
  }
}

/** The gateway has answered, and the answer is no. */
function isRefusal(error: unknown): boolean {
  return isJsonObject(error) || error instanceof Error
    ? (error as { code?: unknown }).code === "rpc-error"
    : false;
}

/** The gateway stamps `meta` on every write. */
function withoutMeta({ meta: _meta, ...rest }: JsonObject): JsonObject {
  return rest;
}
