import type { Command } from "commander";
import { positiveInteger } from "./options.ts";

export interface GatewayListOptions {
  json?: boolean;
}

export interface GatewayPruneOptions {
  days: number;
}

const DEFAULT_DAYS = 30;

/** `qa gateway …`: the published releases on this machine. */
export function addGatewayCommand(program: Command, finish: (exitCode: number) => void): Command {
  const group = program
    .command("gateway")
    .description("manage the published gateway releases on this machine");
  const load = () => import("./commands/gateway.ts");
  group
    .command("install")
    .description("install a release, so that later runs need no network")
    .argument("<release>", "version, range or dist-tag, with or without openclaw@")
    .action(async (release: string) => finish(await (await load()).installRelease(release)));
  group
    .command("list")
    .description("show the installed releases")
    .option("--json", "print JSON")
    .action(async (options: GatewayListOptions) => finish(await (await load()).listReleases(options)));
  group
    .command("remove")
    .description("remove installed releases")
    .argument("<version...>", "versions as `qa gateway list` shows them")
    .action(async (versions: string[]) => finish(await (await load()).removeReleases(versions)));
  group
    .command("prune")
    .description("remove what interrupted installs left, and releases that were not used for a while")
    .option("--days <n>", "how long a release may stay unused", positiveInteger, DEFAULT_DAYS)
    .action(async (options: GatewayPruneOptions) => finish(await (await load()).pruneReleases(options)));
  return group;
}
