import { BORDER_FAULTS, isKnownFault } from "../base/border-faults.ts";
import { suggestion } from "../base/suggest.ts";
import { FAULT_NAMES } from "./faults.generated.ts";
import { FRONT_MATTER_PATH } from "./front-matter-paths.ts";
import type { ScenarioMeta } from "./schema/schema.ts";
import type { Diagnostics, SourceRange } from "./source/diagnostic.ts";
import { atPath, type LocatedNode, type Path } from "./source/locate.ts";
import type { Draft } from "./types.ts";

/** Variables that say where the gateway keeps things and what it is part of: they are the runner's. */
const OURS =
  /^(?:HOME|USERPROFILE|PATH|XDG_\w+|TMPDIR|TMP|TEMP|NODE_OPTIONS|OPENCLAW_(?:HOME|STATE_DIR|CONFIG_PATH|OAUTH_DIR|GATEWAY_TOKEN|QA_\w+)|GATEWAY_(?:FAULTS(?:_PASSED)?|TRACE|QA_\w+))$/i;

/** A folder that a scenario names under one of its keys. */
export interface NamedFolder {
  key: "plugins" | "skills";
  /** Relative to the folder of the scenario's file. */
  written: string;
  range: SourceRange;
}

/** The plugins and skills that a scenario names by their folder. */
export function namedFolders(meta: ScenarioMeta, located: LocatedNode): NamedFolder[] {
  return (["plugins", "skills"] as const).flatMap((key) =>
    (meta[key] ?? []).flatMap((named, index) =>
      typeof named === "object" && named.path !== undefined
        ? { key, written: named.path, range: atPath(located, [key, index, "path"]) }
        : [],
    ),
  );
}

/** Checks what a scenario brings along (services, variables) for what the schema cannot say. */
export function checkSurroundings(
  meta: ScenarioMeta,
  located: LocatedNode,
  { form, examples }: Pick<Draft, "form" | "examples">,
  diagnostics: Diagnostics,
): void {
  if (meta.http && form !== "steps") {
    diagnostics.ownRule(atPath(located, ["http"]), {
      code: "unexpected-property",
      message: "only the steps of `yaml qa-step` blocks can ask what a fake of a service has received",
      hint: "Write the scenario's steps as headings.",
    });
  }
  checkVariables(meta, located, diagnostics);
  checkFaults(meta, located, diagnostics);
  checkPlugins(meta, located, diagnostics);
  const known = { http: Object.keys(meta.http ?? {}), row: [...(examples?.columns ?? [])] };
  if (form === "steps") {
    checkTexts(meta.gatewayConfigPatch, ["gatewayConfigPatch"], located, known, diagnostics);
    checkTexts(meta.env, ["env"], located, known, diagnostics);
  }
}

function checkFaults({ faults = [] }: ScenarioMeta, located: LocatedNode, diagnostics: Diagnostics): void {
  for (const [index, name] of faults.entries()) {
    if (isKnownFault(name, FAULT_NAMES)) continue;
    diagnostics.error(atPath(located, ["faults", index]), {
      code: "invalid-value",
      message: `there is no fault \`${name}\``,
      hint: suggestion(name, [...FAULT_NAMES, ...Object.keys(BORDER_FAULTS)]),
    });
  }
}

const PATH = /^(?:\.{1,2}$|(?:\.{1,2}|~)?\/)|\.tgz$/;

/** A path that stands where an id does would be the id of a plugin that there is not. */
function checkPlugins({ plugins = [] }: ScenarioMeta, located: LocatedNode, diagnostics: Diagnostics): void {
  for (const [index, named] of plugins.entries()) {
    if (typeof named !== "string" || !PATH.test(named)) continue;
    const meant = `{ path: ${named} }`;
    diagnostics.error(atPath(located, ["plugins", index]), {
      code: "invalid-value",
      message: `\`${named}\` is a path, and a text here is a plugin's id`,
      hint: `Write \`${meant}\`.`,
      ...(/^[\w./-]+$/.test(named) ? { fix: meant } : {}),
    });
  }
}

function checkVariables(
  { env = [], secrets = [] }: ScenarioMeta,
  located: LocatedNode,
  diagnostics: Diagnostics,
): void {
  const names: [name: string, path: Path][] = [
    ...(Array.isArray(env)
      ? env.map((name, index): [string, Path] => [name, ["env", index]])
      : Object.keys(env).map((name): [string, Path] => [name, ["env", name]])),
    ...secrets.map((name, index): [string, Path] => [name, ["secrets", index]]),
  ];
  const seen = new Set<string>();
  for (const [name, path] of names) {
    const isOurs = OURS.test(name);
    if (isOurs || seen.has(name)) {
      diagnostics.error(atPath(located, path), {
        code: "invalid-value",
        message: isOurs
          ? `\`${name}\` is a variable that each run sets for its gateway`
          : `\`${name}\` is listed twice, in \`env\` and in \`secrets\``,
        hint: isOurs ? "Use another variable, or the gateway's config." : "Keep it in `secrets`.",
      });
    }
    seen.add(name);
  }
}

/** `${http.…}` and `${row.…}` must lead to something. */
function checkTexts(
  value: unknown,
  path: Path,
  located: LocatedNode,
  known: Readonly<Record<string, readonly string[]>>,
  diagnostics: Diagnostics,
): void {
  if (typeof value === "object" && value !== null) {
    for (const [name, member] of Object.entries(value)) {
      checkTexts(member, [...path, Array.isArray(value) ? Number(name) : name], located, known, diagnostics);
    }
  }
  if (typeof value !== "string") return;
  for (const [found, dollar, root = "", name = ""] of value.matchAll(FRONT_MATTER_PATH)) {
    const names = known[root] ?? [];
    if (dollar !== "" || names.includes(name)) continue;
    diagnostics.error(atPath(located, path), {
      code: "unknown-value",
      message:
        root === "http"
          ? `\`${found}\`: no fake of a service is called \`${name}\``
          : `\`${found}\`: the examples have no column \`${name}\``,
      hint:
        names.length > 0
          ? suggestion(name, names)
          : root === "http"
            ? "Declare it: `http: { name: [{ path: /today, json: {} }] }`."
            : "The columns of a table below the heading `## Examples` are `row`.",
    });
  }
}
