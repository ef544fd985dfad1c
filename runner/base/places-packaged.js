import { join, resolve } from "node:path";
import { userCache } from "./user-cache.js";

// Where things lie in the package, for the files in its folder `dist`. The build gives BUILD_ID.

const DIST = import.meta.dirname;

export const ROOT = resolve(DIST, "..");
export const CACHE = join(userCache(process.env), "tool", BUILD_ID);
export const BUILT = {
  id: BUILD_ID,
  attempt: join(DIST, "start.cjs"),
  page: { script: join(DIST, "page.js"), style: join(DIST, "page.css") },
  gateway: join(DIST, "gateway.br"),
  releases: join(DIST, "releases.br"),
};
export const PROGRAMS = {
  main: join(DIST, "main.js"),
  registryServer: join(DIST, "registry-server.js"),
  reporterHost: join(DIST, "reporter-host.js"),
  serviceAccount: join(DIST, "account.cjs"),
  serviceClient: join(DIST, "client.cjs"),
  serviceManager: join(DIST, "manager.js"),
  supervisor: join(DIST, "supervise.js"),
  fullDisk: join(DIST, "full-disk.cjs"),
  watchdog: join(DIST, "watchdog.js"),
  outside: join(DIST, "outside.cjs"),
  breaking: join(DIST, "breaking.cjs"),
};
