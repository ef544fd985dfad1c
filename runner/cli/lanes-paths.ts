import { dirname, join, resolve } from "node:path";
import { userFolder } from "../base/invocation.ts";
import { repositoryRoot } from "./workspace.ts";

/** Absolute path of the lanes file: as given with `--lanes`, else this repository's. */
export function lanesPath(typed: string | undefined): string {
  return typed === undefined ? join(repositoryRoot(), "qa", "lanes.yaml") : resolve(userFolder(), typed);
}

/** Absolute path of the quarantine list: it lies beside the lanes file. */
export function quarantinePath(lanes: string | undefined): string {
  return join(dirname(lanesPath(lanes)), "quarantine.yaml");
}

/** Today in UTC, as quarantine lists write it. */
export function today(): string {
  return new Date().toISOString().slice(0, 10);
}
