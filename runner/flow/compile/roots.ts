import { suggestion } from "../../base/suggest.ts";
import type { Diagnostics, SourceRange } from "../../scenario/source/diagnostic.ts";
import type { FlowDiagnosticCode } from "../codes.ts";
import type { ValueSchema, Vocabulary } from "../vocabulary.ts";
import { lookupPath } from "../vocabulary-lookup.ts";
import { memberShape } from "./shapes.ts";
import type { Segment } from "./use.ts";

/** Where `${gateway.…}` leads: the values of the flow API's object. */
export const GATEWAY_PATH = ["env", "gateway"] as const;

/** Names that only some scenarios are given, and what gives them. */
const GIVEN: Readonly<Record<string, string>> = {
  row: "The columns of a table below the heading `## Examples` are `row`.",
  http: "The fakes of services that `http` in the front matter declares are `http`.",
};

/** Tokens stay out of texts. */
const NOT_IN_TEXTS: ReadonlySet<string> = new Set(["token", "runtimeEnv"]);

/**
 * What `${…}` may begin with: `config`, `gateway`, what the scenario's front matter and examples give it, and what earlier
 * statements have saved, with the shape of each. Checks every path when it is used.
 */
export class Roots {
  readonly #diagnostics: Diagnostics<FlowDiagnosticCode>;
  readonly #configKeys: readonly string[] | undefined;
  readonly #shapes = new Map<string, ValueSchema | undefined>();
  readonly #unique: ReadonlySet<string>;
  /** Uses of names that nothing has saved so far. */
  readonly #unknown: Segment[] = [];

  constructor(
    diagnostics: Diagnostics<FlowDiagnosticCode>,
    {
      vocabulary,
      configKeys,
      unique,
      given,
    }: {
      vocabulary: Vocabulary;
      configKeys?: readonly string[];
      unique: readonly string[];
      given: Readonly<Record<string, ValueSchema>>;
    },
  ) {
    this.#diagnostics = diagnostics;
    this.#configKeys = configKeys;
    this.#shapes.set("config", undefined);
    this.#shapes.set("gateway", gatewayShape(vocabulary));
    for (const [name, shape] of Object.entries(given)) this.#shapes.set(name, shape);
    this.#unique = new Set(unique);
    for (const name of unique) this.#shapes.set(name, { type: "string" });
  }

  /** Whether a name means something of its own, so that nothing can be saved by it. */
  isReserved(name: string): boolean {
    return name === "config" || name === "gateway" || Object.hasOwn(GIVEN, name);
  }

  /** Whether each run makes up a value of this name. */
  isUnique(name: string): boolean {
    return this.#unique.has(name);
  }

  /** The shape of what the scenario is given by this name; undefined if it is given nothing by it. */
  given(name: string): ValueSchema | undefined {
    return this.#shapes.get(name);
  }

  save(name: string, shape: ValueSchema): void {
    this.#shapes.set(name, shape);
  }

  /** @returns what is known of the value at the path */
  use([root, ...members]: readonly [Segment, ...Segment[]]): ValueSchema | undefined {
    if (!this.#shapes.has(root.name)) {
      this.#unknown.push(root);
      return undefined;
    }
    if (root.name === "config") this.#checkConfigKey(members[0]);
    let schema = this.#shapes.get(root.name);
    let owner = root.name;
    for (const { name, range } of members) {
      const shape = memberShape(schema, name);
      if ("missing" in shape) {
        this.#diagnostics.error(range, {
          code: "unknown-member",
          message: `\`${owner}\` has no member \`${name}\``,
          hint: shape.missing.length > 0 ? suggestion(name, shape.missing) : `\`${owner}\` has no members.`,
        });
        return undefined;
      }
      schema = shape.schema;
      owner += `.${name}`;
    }
    return schema;
  }

  /** Reports the names that nothing has saved by then: only at the end is every one known. */
  finish(): void {
    for (const { name, range } of this.#unknown) this.#reportUnknown(name, range);
  }

  #reportUnknown(name: string, range: SourceRange): void {
    if (this.#shapes.has(name)) {
      this.#diagnostics.error(range, {
        code: "used-before-set",
        message: `\`${name}\` is used before the statement that saves it`,
        hint: "Move the statement with this `saveAs` up, or this one down.",
      });
      return;
    }
    const columns = this.#shapes.get("row")?.properties ?? {};
    const meant = Object.hasOwn(columns, name) ? `row.${name}` : undefined;
    this.#diagnostics.error(range, {
      code: "unknown-name",
      message: `nothing defines \`${name}\``,
      fix: meant,
      hint: meant
        ? `Did you mean \`${meant}\`? ${GIVEN.row}`
        : name === "env"
          ? "Variables that `env` and `secrets` in the front matter name are the gateway's own; no text holds them."
          : Object.hasOwn(GIVEN, name)
            ? GIVEN[name]
            : suggestion(
                name,
                [...this.#shapes.keys()],
                "A text can hold `config`, `gateway`, `http`, `row`, the names of `unique`, and what `saveAs` has saved; `$${` is a literal `${`.",
              ),
    });
  }

  #checkConfigKey(key: Segment | undefined): void {
    if (!key || !this.#configKeys || this.#configKeys.includes(key.name)) return;
    this.#diagnostics.ownRule(key.range, {
      code: "unknown-config-key",
      message: `execution.config has no key \`${key.name}\``,
      hint: suggestion(key.name, this.#configKeys, "Add it to execution.config."),
    });
  }
}

/** What is known of `gateway` in a text. */
export function gatewayShape(vocabulary: Vocabulary): ValueSchema | undefined {
  const { entry } = lookupPath(vocabulary, GATEWAY_PATH);
  if (entry?.kind !== "object") return undefined;
  const values = Object.entries(entry.members).flatMap(([name, member]) =>
    member.kind === "value" && !NOT_IN_TEXTS.has(name) ? [[name, member.type] as const] : [],
  );
  return { type: "object", properties: Object.fromEntries(values) };
}
