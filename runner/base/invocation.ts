import { existsSync, readFileSync, realpathSync } from "node:fs";
import { basename, delimiter, dirname, join, resolve } from "node:path";
import { displayPath, isWithin } from "./paths.ts";
import { BUILT, PROGRAMS, ROOT } from "./places.js";

/** How this program was started, as far as it shows. */
interface Invocation {
  env: Readonly<Record<string, string | undefined>>;
  /** Absolute. */
  cwd: string;
  /** Path of the program as Node was given it: of a link, where there is one. */
  program: string;
}

const THIS: Invocation = { env: process.env, cwd: process.cwd(), program: process.argv[1] ?? PROGRAMS.main };
/** What a script in a package.json is, at its beginning, when it runs this program. */
const RUNS_US = BUILT ? /^(?:gateway-qa|qa)(?= |$)/ : /^node runner\/cli\/main\.js(?= |$)/;

/**
 * The folder the user stands in. A script of a package.json runs in that file's folder, and has the user's own in
 * INIT_CWD; one that goes elsewhere before it runs this program has meant to.
 */
export function userFolder({ env, cwd }: Invocation = THIS): string {
  return env.INIT_CWD && scriptOf(env) !== undefined ? env.INIT_CWD : cwd;
}

/**
 * What the user typed to start this program, up to its own arguments: `npx gateway-qa`, `pnpm qa`, `gateway-qa`. Can be
 * typed again where the user stands. GATEWAY_QA_COMMAND says it for programs that start this one for somebody.
 */
export function typedCommand(invocation: Invocation = THIS): string {
  const { env, cwd, program } = invocation;
  const { GATEWAY_QA_COMMAND, npm_command, npm_config_user_agent: agent = "" } = env;
  if (GATEWAY_QA_COMMAND) return GATEWAY_QA_COMMAND;
  const [manager = "npm"] = agent.split("/");
  const script = scriptOf(env);
  if (script?.isOnlyUs) return manager === "npm" ? `npm run ${script.name} --` : `${manager} ${script.name}`;
  if (!BUILT) return isWithin(cwd, ROOT) ? "pnpm qa" : quoted(["node", PROGRAMS.main]);
  if (/[\\/]dlx-|[\\/]pnpm[\\/]dlx[\\/]/.test(program)) return "pnpm dlx gateway-qa";
  if (env.npm_lifecycle_event === "npx" && /gateway-qa/.test(env.npm_lifecycle_script ?? ""))
    return "npx gateway-qa";
  if (script) return manager === "npm" ? "npx gateway-qa" : `${manager} exec gateway-qa`;
  if (manager === "pnpm" && npm_command !== undefined) return "pnpm exec gateway-qa";
  if (manager === "yarn") return "yarn gateway-qa";
  if (resolve(program) === PROGRAMS.main) return quoted(["node", displayPath(program, cwd)]);
  const isOnPath = (env.PATH ?? "").split(delimiter).includes(dirname(program));
  return isOnPath ? basename(program) : quoted([displayPath(program, cwd)]);
}

/**
 * A text that names commands and pages as the documentation does, with what the user can type and open: `qa check` as
 * `npx gateway-qa check`, and docs/ci.md where it lies in the package, unless the user has a file of that name. In a checkout, the
 * documentation's `qa` is known.
 */
export function asTyped(
  text: string,
  typed: () => string = typedCommand,
  isPackage = BUILT !== undefined,
  here = userFolder(),
): string {
  if (!isPackage) return text;
  return text
    .replace(/`qa (?=[a-z])/g, () => `\`${typed()} `)
    .replace(/(?<![\w./-])docs\/[a-z-]+\.md\b/g, (page) => {
      const ours = join(ROOT, page);
      return existsSync(ours) && !existsSync(join(here, page)) ? displayPath(ours, here) : page;
    });
}

/** A command line of this program as it can be typed in a POSIX shell, where the user stands. */
export function commandLine(args: readonly string[]): string {
  return `${typedCommand()} ${quoted(args)}`;
}

function quoted(args: readonly string[]): string {
  return args
    .map((arg) => (/^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", "'\\''")}'`))
    .join(" ");
}

/** The script of a package.json that runs this program, if one does: in the checkout, one of its own. */
function scriptOf(env: Invocation["env"]): { name: string; isOnlyUs: boolean } | undefined {
  const { npm_lifecycle_event: name, npm_lifecycle_script: text = "", npm_package_json: path } = env;
  if (!name || name === "npx" || !path || !RUNS_US.test(text)) return undefined;
  if (!BUILT && !isOwnManifest(path)) return undefined;
  return { name, isOnlyUs: scriptIn(path, name).replace(RUNS_US, "").trim() === "" };
}

function isOwnManifest(path: string): boolean {
  try {
    return realpathSync(path) === join(ROOT, "package.json");
  } catch {
    return false;
  }
}

/** A package manager may add the arguments to the text that it passes on; the file has it as it is. */
function scriptIn(path: string, name: string): string {
  try {
    return (
      (JSON.parse(readFileSync(path, "utf8")) as { scripts: Record<string, string> }).scripts[name] ??
      "(unknown)"
    );
  } catch {
    return "(unknown)";
  }
}
