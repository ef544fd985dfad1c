/** What the supervisor is started with. */
export interface SupervisorJob {
  /** Node that runs the gateway. */
  node: string;
  /** Arguments of that Node that start the gateway. */
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

/** The command-line argument that carries a job, which only the runner writes. */
export function supervisorArgument(job: SupervisorJob): string {
  return JSON.stringify(job);
}

export function supervisorJobFrom(argument = ""): SupervisorJob {
  return JSON.parse(argument) as SupervisorJob;
}
