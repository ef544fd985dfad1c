import type { JsonObject } from "../../base/json.ts";
import type { DialectAccess, GatewayDialect } from "../dialect.ts";
import type { UpdatePlan } from "../gateway.ts";

/** What is started: a build or a release of a gateway. */
export interface GatewayProgram {
  /** As given to --gateway. */
  target: string;
  product: string;
  version: string;
  buildId?: string;
  /** See `GatewayFacts`. */
  boot?: "cold" | "warm";
  /** Version of the Node that runs it. */
  node: string;
  file: string;
  args(port: number): readonly string[];
  /** Node that runs the gateway's own command line; default: `file`. */
  cliFile?: string;
  /** Arguments of it that lead to the gateway's own command line. */
  cliArgs?: readonly string[];
  /** Merged into the config file one after the other, before what the scenario wants. */
  configPatches?: readonly JsonObject[];
  /** Plugins it must load to be tested, by id: their folders. Absent for a gateway that has the QA channel itself. */
  plugins?: Readonly<Record<string, string>>;
  /** Environment that it needs besides what isolates it. */
  env?: Readonly<Record<string, string>>;
  /** Name of the environment variable that tells it into which file to record what it does, for a gateway that can. */
  traceVariable?: string;
  /** It is the installation of the account whose home it has: state and config lie where they lie by themselves. */
  isAccountsOwn?: boolean;
  /** Set when the runner decides what the gateway updates itself to. */
  updatePlan?: UpdatePlan;
  /** Default: a gateway that reports everything over RPC. */
  dialect?(access: DialectAccess): GatewayDialect;
}
