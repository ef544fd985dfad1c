import type { JsonObject } from "../gateway.ts";

/** What the supervisor is started with. */
export interface SupervisorJob {
  /** Arguments of Node that start the gateway. */
  args: readonly string[];
  /** The installed package; an update replaces what lies there. */
  packageRoot: string;
  /** Folder for what is made from the package. */
  scratch: string;
  /**
   * Whether a gateway that ends with code 0 is started again. Otherwise it is one that starts its successor itself.
   */
  respawn: boolean;
}

/** The supervisor logs it, with the process id behind it, when it has started a gateway. */
export const STARTED_LINE = "[supervisor] gateway started, pid";

/** The command-line argument that carries a job. */
export function supervisorArgument(job: SupervisorJob): string {
  return JSON.stringify(job);
}

/** @throws Error when the argument is no job */
export function supervisorJobFrom(argument: string | undefined): SupervisorJob {
  const { args, packageRoot, scratch, respawn } = JSON.parse(argument ?? "{}") as JsonObject;
  if (!Array.isArray(args) || typeof packageRoot !== "string" || typeof scratch !== "string") {
    throw new Error("the supervisor takes one argument, a job as JSON");
  }
  return { args: args.map(String), packageRoot, scratch, respawn: respawn === true };
}
