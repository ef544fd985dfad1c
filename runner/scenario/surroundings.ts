import { existsSync, realpathSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { isWithin } from "../base/paths.ts";
import { suggestion } from "../base/suggest.ts";
import { FRONT_MATTER_PATH } from "./front-matter-paths.ts";
import type { ScenarioMeta } from "./schema/schema.ts";
import { atPath, type Diagnostics, type SourceRange } from "./source/diagnostic.ts";
import type { LocatedNode, Path } from "./source/locate.ts";
import type { SourceFile } from "./source/source.ts";
import type { Draft, Pack } from "./types.ts";

/** Variables that say where the gateway keeps things and what it is part of: they are the runner's. */
const OURS =
  /^(?:HOME|USERPROFILE|PATH|XDG_\w+|TMPDIR|TMP|TEMP|NODE_OPTIONS|OPENCLAW_(?:HOME|STATE_DIR|CONFIG_PATH|OAUTH_DIR|GATEWAY_TOKEN|QA_\w+)|GATEWAY_(?:FAULTS|TRACE|QA_\w+))$/i;

/** What lies in the folder of what a scenario brings along, by its key. */
const MARKERS = { plugins: "openclaw.plugin.json", skills: "SKILL.md" } as const;

/** Checks what a scenario brings along (services, variables, plugins) for what the schema cannot say. */
export function checkSurroundings(
  meta: ScenarioMeta,
  located: LocatedNode,
  { form, examples }: Pick<Draft, "form" | "examples">,
  { file, pack }: { file: SourceFile; pack: Pack },
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
  const known = { http: Object.keys(meta.http ?? {}), row: [...(examples?.columns ?? [])] };
  if (form === "steps") {
    checkTexts(meta.gatewayConfigPatch, ["gatewayConfigPatch"], located, known, diagnostics);
    checkTexts(meta.env, ["env"], located, known, diagnostics);
  }
  for (const key of ["plugins", "skills"] as const) {
    for (const [index, brought] of (meta[key] ?? []).entries()) {
      if (typeof brought === "object" && brought.path !== undefined) {
        checkFolder(key, brought.path, atPath(located, [key, index, "path"]), { file, pack }, diagnostics);
      }
    }
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

function checkFolder(
  key: keyof typeof MARKERS,
  written: string,
  range: SourceRange,
  { file, pack }: { file: SourceFile; pack: Pack },
  diagnostics: Diagnostics,
): void {
  const folder = resolve(dirname(file.path), written);
  const root = pack.referenceRoot;
  const isInside = !isAbsolute(written) && isWithin(folder, root);
  const isThere = isInside && existsSync(join(folder, MARKERS[key]));
  if (isInside && !isThere) {
    diagnostics.error(range, {
      code: "missing-reference",
      message: `there is no ${key.slice(0, -1)} at \`${written}\``,
      hint: `The path starts at the folder of the scenario's file and leads to a folder with ${key === "skills" ? "a" : "an"} ${MARKERS[key]}.`,
    });
  } else if (!isThere || !isWithin(realpathSync(folder), realpathSync(root))) {
    diagnostics.error(range, {
      code: "reference-outside-repository",
      message: `the ${key.slice(0, -1)} \`${written}\` lies outside of the pack and its repository`,
      hint: `Keep it below the root of the repository${key === "plugins" ? ", or publish it and name it by `npm`" : ""}.`,
    });
  }
}
