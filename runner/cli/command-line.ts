import { relative, resolve } from "node:path";
import type { RunOptions } from "./run-options.ts";

/** The command as it could be typed again. */
export function commandLine(command: string, args: readonly string[]): string {
  const quoted = args.map((arg) =>
    /^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", "'\\''")}'`,
  );
  return `pnpm qa ${command} ${quoted.join(" ")}`;
}

/** How the scenarios of a run were chosen, besides by their ids. */
export function choiceFlags(options: RunOptions): string[] {
  return [...(options.all ? ["--all"] : []), ...options.tag.flatMap((tag) => ["--tag", tag])];
}

/** What must be the same when a scenario is run again. */
export function contextFlags(options: RunOptions, cwd: string): string[] {
  return [
    ...(options.gateway === "embedded" ? [] : ["--gateway", options.gateway]),
    ...(options.allowWrites ? ["--allow-writes"] : []),
    ...(options.model ? ["--model", options.model] : []),
    ...options.pack.flatMap((pack) => ["--pack", typedPath(pack, cwd)]),
    ...(options.trust ? ["--trust"] : []),
    ...options.modelScript.flatMap((script) => ["--model-script", typedPath(script, cwd)]),
    ...options.fault.flatMap((fault) => ["--fault", fault]),
  ];
}

function typedPath(path: string, cwd: string): string {
  return relative(cwd, resolve(cwd, path)) || ".";
}
