/**
 * Loaded into every Node program of an installation whose disk is to be full: below one folder no file can be opened for
 * writing, and the file system says that nothing is free. Files that lie there can still be renamed and removed, as on a
 * real one.
 */
const fs = require("node:fs");
const { resolve, sep } = require("node:path");
const { fileURLToPath } = require("node:url");

const { GATEWAY_QA_FULL_DISK: full } = process.env;
const { O_WRONLY, O_RDWR, O_CREAT } = fs.constants;

if (full) {
  const isBelow = (path) => {
    if (typeof path === "number" || path === undefined) return false;
    const text = path instanceof URL ? fileURLToPath(path) : String(path);
    return `${resolve(text)}${sep}`.startsWith(full + sep);
  };
  const writes = (flags = "r") =>
    typeof flags === "number" ? (flags & (O_WRONLY | O_RDWR | O_CREAT)) !== 0 : /[wa+]/.test(flags);
  const refusal = (syscall, path) =>
    Object.assign(new Error(`ENOSPC: no space left on device, ${syscall} '${path}'`), {
      ...{ errno: -28, code: "ENOSPC", syscall, path: String(path) },
    });
  /** `isHit` gets the arguments: what is refused, in each of the three forms. */
  const refuse = (name, isHit, pathOf) => {
    const [plain, sync, promised] = [fs[name], fs[`${name}Sync`], fs.promises[name]];
    fs[name] = function (...args) {
      if (!isHit(args)) return plain.apply(this, args);
      process.nextTick(args.at(-1), refusal(name, pathOf(args)));
      return undefined;
    };
    fs[`${name}Sync`] = function (...args) {
      if (!isHit(args)) return sync.apply(this, args);
      throw refusal(name, pathOf(args));
    };
    fs.promises[name] = async function (...args) {
      if (!isHit(args)) return promised.apply(this, args);
      throw refusal(name, pathOf(args));
    };
  };
  refuse(
    "open",
    ([path, flags]) => isBelow(path) && writes(flags),
    ([path]) => path,
  );
  for (const name of ["writeFile", "appendFile"]) {
    refuse(
      name,
      ([path]) => isBelow(path),
      ([path]) => path,
    );
  }
  for (const name of ["copyFile", "cp"]) {
    refuse(
      name,
      ([, target]) => isBelow(target),
      ([, target]) => target,
    );
  }
  const none = (found) => {
    const zero = typeof found.bavail === "bigint" ? 0n : 0;
    return Object.assign(found, { bfree: zero, bavail: zero });
  };
  const { statfs, statfsSync } = fs;
  const promisedStatfs = fs.promises.statfs;
  fs.statfs = (path, ...rest) => {
    const done = rest.pop();
    return statfs(path, ...rest, (error, found) => done(error, found && isBelow(path) ? none(found) : found));
  };
  fs.statfsSync = (path, ...rest) => {
    const found = statfsSync(path, ...rest);
    return isBelow(path) ? none(found) : found;
  };
  fs.promises.statfs = async (path, ...rest) => {
    const found = await promisedStatfs(path, ...rest);
    return isBelow(path) ? none(found) : found;
  };
  require("node:module").syncBuiltinESMExports();
}
