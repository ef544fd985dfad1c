import { join, resolve } from "node:path";

// Where things lie in a checkout. In the package, places-packaged.js stands in its place: nothing else differs between the
// two. JavaScript, because it is read before any cache for stripped types is switched on.

export const ROOT = resolve(import.meta.dirname, "../..");
export const CACHE = join(ROOT, "node_modules/.cache/gateway-qa");
export const BUILT = undefined;
export const PROGRAMS = {
  main: join(ROOT, "runner/cli/main.js"),
  registryServer: join(ROOT, "runner/gateway/npm/registry-server.ts"),
  reporterHost: join(ROOT, "runner/report/reporters/custom/host.ts"),
  serviceAccount: join(ROOT, "runner/gateway/openclaw/service/account.cjs"),
  serviceClient: join(ROOT, "runner/gateway/openclaw/service/client.cjs"),
  serviceManager: join(ROOT, "runner/gateway/openclaw/service/manager.ts"),
  supervisor: join(ROOT, "runner/gateway/openclaw/supervise.ts"),
  fullDisk: join(ROOT, "runner/gateway/openclaw/targets/full-disk.cjs"),
  watchdog: join(ROOT, "runner/gateway/process/watchdog.js"),
  outside: join(ROOT, "runner/gateway/process/outside.cjs"),
  breaking: join(ROOT, "runner/gateway/process/breaking.cjs"),
};
