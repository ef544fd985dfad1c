import { join } from "node:path";
import type { UpdatePlan } from "../gateway.ts";
import type { GatewayProgram } from "../program.ts";
import type { OwnInstall } from "./own-install.ts";
import { traitsOf } from "./releases.ts";
import { supervisorArgument } from "./supervisor-job.ts";
import { watchedEnv } from "./watchdog-env.ts";

const SUPERVISOR = join(import.meta.dirname, "supervise.ts");

/** The program of a release that may replace itself: kept running by a supervisor, and told what to update to. */
export function supervised(
  program: GatewayProgram,
  { packageRoot, env }: OwnInstall,
  { scratch, updatePlan }: { scratch: string; updatePlan: UpdatePlan },
): GatewayProgram {
  const asService = traitsOf(program.version).updatesAs === "service";
  const {
    OPENCLAW_NO_RESPAWN: _stays,
    OPENCLAW_BUNDLED_PLUGINS_DIR: _trimmed,
    ...ownEnv
  } = program.env ?? {};
  return {
    ...program,
    args: (port) => [
      SUPERVISOR,
      supervisorArgument({ args: program.args(port), packageRoot, scratch, respawn: asService }),
    ],
    env: {
      ...ownEnv,
      ...env,
      ...watchedEnv({}, scratch),
      ...(asService ? { OPENCLAW_SYSTEMD_UNIT: "gateway-qa.service" } : {}),
      OPENCLAW_UPDATE_PACKAGE_SPEC: `openclaw@${updatePlan.targetVersion}`,
    },
    updatePlan,
  };
}
