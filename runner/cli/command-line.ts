import { relative, resolve } from "node:path";
import { formatTarget, type GatewayTarget } from "../gateway/target.ts";
import type { RunOptions } from "./run-options.ts";

/** How the scenarios of a run were chosen, besides by their ids. */
export function choiceFlags({ all, tag, shard, durations }: RunOptions): string[] {
  return [
    ...(all ? ["--all"] : []),
    ...tag.flatMap((name) => ["--tag", name]),
    ...(shard ? ["--shard", `${shard.index}/${shard.total}`] : []),
    ...(durations ? ["--durations", durations] : []),
  ];
}

/** How the scenarios of a run are played. */
export function policyFlags(options: RunOptions): string[] {
  const { retries, repeat, failOnFlaky, bail, bootAhead, shareGateway } = options;
  return [
    ...(retries ? ["--retries", `${retries}`] : []),
    ...(repeat ? ["--repeat", `${repeat}`] : []),
    ...(failOnFlaky ? ["--fail-on-flaky"] : []),
    ...(bail ? ["--bail", ...(bail === true ? [] : [`${bail}`])] : []),
    ...(bootAhead ? ["--boot-ahead", `${bootAhead}`] : []),
    ...(shareGateway ? ["--share-gateway"] : []),
  ];
}

/** What must be the same when a scenario is run again. */
export function contextFlags(options: RunOptions, target: GatewayTarget, cwd: string): string[] {
  const { lane, lanes, allowWrites, updateTo, model, pack, trust, modelScript, fault } = options;
  return [
    ...(lane ? ["--lane", lane] : []),
    ...(lanes ? ["--lanes", lanes] : []),
    ...(lane || target.kind !== "embedded" ? ["--gateway", formatTarget(target)] : []),
    ...(allowWrites ? ["--allow-writes"] : []),
    ...(updateTo === undefined ? [] : ["--update-to", updateTo]),
    ...(model ? ["--model", model] : []),
    ...pack.flatMap((folder) => ["--pack", typedPath(folder, cwd)]),
    ...(trust ? ["--trust"] : []),
    ...modelScript.flatMap((script) => ["--model-script", typedPath(script, cwd)]),
    ...fault.flatMap((name) => ["--fault", name]),
  ];
}

function typedPath(path: string, cwd: string): string {
  return relative(cwd, resolve(cwd, path)) || ".";
}
