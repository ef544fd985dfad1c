/** What the stand-in for a service manager is started with. */
export interface ManagerJob {
  /** Folder of its socket and its records; absolute and private. */
  folder: string;
  /** Folder of the unit files; absolute. */
  units: string;
  /** The service that is started with the manager. */
  unit: string;
  /** Its gateway's; a service that is installed for another one is installed again. */
  port: string;
  /** The installed package; an update replaces what lies there. */
  packageRoot: string;
  /** Installs the service: program and arguments. */
  install: readonly string[];
}

/** Name of the socket in the manager's folder. */
export const SOCKET = "socket";

/** Holds the process id of the manager. */
export const MANAGER_PID = "manager.pid";

/** Every process of the installation has it in its environment, with the manager's folder. */
export const SERVICE_VARIABLE = "GATEWAY_QA_SERVICE";

/** The command-line argument that carries a job, which only the runner writes. */
export function managerArgument(job: ManagerJob): string {
  return JSON.stringify(job);
}

export function managerJobFrom(argument = ""): ManagerJob {
  return JSON.parse(argument) as ManagerJob;
}
