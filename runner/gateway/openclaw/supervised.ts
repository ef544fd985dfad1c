import { delimiter, dirname } from "node:path";
import { PROGRAMS } from "../../base/places.js";
import type { UpdatePlan } from "../gateway.ts";
import type { InstalledRelease } from "../npm/global-install.ts";
import type { GatewayProgram } from "../process/program.ts";
import { watchedEnv } from "../process/watchdog-env.ts";
import { traitsOf } from "./releases.ts";
import { supervisorArgument } from "./supervisor-job.ts";

/** The program of a release that may replace itself: kept running by a supervisor, and given what to update to. */
export function supervised(
  program: GatewayProgram,
  { packageRoot, env }: InstalledRelease,
  { scratch, updatePlan }: { scratch: string; updatePlan: UpdatePlan },
): GatewayProgram {
  const isRespawned = traitsOf(program.version).updatesAs === "respawned";
  const {
    // It must be able to leave its process, and must not use what lies in the shared cache.
    OPENCLAW_NO_RESPAWN: _stays,
    OPENCLAW_BUNDLED_PLUGINS_DIR: _trimmed,
    ...ownEnv
  } = program.env ?? {};
  return {
    ...program,
    // The release may run on another Node than the supervisor, which is part of the runner.
    file: process.execPath,
    args: (port) => [
      PROGRAMS.supervisor,
      supervisorArgument({
        node: program.file,
        args: program.args(port),
        packageRoot,
        scratch,
        respawn: isRespawned,
      }),
    ],
    env: {
      ...ownEnv,
      ...env,
      ...watchedEnv({}, scratch),
      // The npm that updates it runs on the same Node.
      PATH: [dirname(program.file), process.env.PATH].filter(Boolean).join(delimiter),
      ...(isRespawned ? { OPENCLAW_SYSTEMD_UNIT: "gateway-qa.service" } : {}),
      OPENCLAW_UPDATE_PACKAGE_SPEC: `openclaw@${updatePlan.targetVersion}`,
    },
    updatePlan,
  };
}
