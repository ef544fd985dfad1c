/**
 * Loaded into every Node program of an installation that runs under the stand-in for the service manager: the home of the
 * run's own is the account's home, because a release manages no other; and what such a program starts with its own Node
 * comes through the same wrapper again.
 */
const os = require("node:os");

const { GATEWAY_QA_SERVICE_HOME: home, GATEWAY_QA_SERVICE_NODE: node, USER = "gateway-qa" } = process.env;
const real = os.userInfo;

if (home && node) {
  os.userInfo = (options) => {
    const homedir = options?.encoding === "buffer" ? Buffer.from(home) : home;
    return { ...account(options), homedir };
  };
  process.execPath = node;
  require("node:module").syncBuiltinESMExports();
}

/** A container's user need not have an entry. */
function account(options) {
  try {
    return real.call(os, options);
  } catch {
    return { uid: process.getuid(), gid: process.getgid(), username: USER, shell: "/bin/sh" };
  }
}
