/**
 * Loaded into a gateway, published releases included, whose files, process or clock are to be broken on purpose: counts what
 * it does with its files and which programs it starts, and lets go wrong there what was asked for. Begins to count when the
 * scenario begins, and goes on where the process before it was killed. Does nothing in its other programs.
 */
// CommonJS, because only what is required comes before the gateway's own modules, whatever they are.
const childProcess = require("node:child_process");
const fs = require("node:fs");
const { syncBuiltinESMExports } = require("node:module");
const { basename, join, relative, resolve, sep } = require("node:path");
const { fileURLToPath } = require("node:url");
const { isMainThread } = require("node:worker_threads");

const { GATEWAY_QA_BREAKING: folder, GATEWAY_QA_BREAKING_FAULTS: asked } = process.env;
const { OPENCLAW_QA_TEMP_ROOT: root, PATH } = process.env;
const { O_APPEND, O_CREAT, O_RDWR, O_WRONLY } = fs.constants;
/** Below the gateway's folder, and no state of its own. */
const NOT_ITS_STATE = /^(?:trace\.jsonl|tmp|xdg-cache)(?:[\\/]|$)|\.log$|[\\/](?:node-)?compile-cache[\\/]/;
const STOPPED_SECONDS = 3;
const SET_BACK_MS = 3_600_000;
const CHANGES = /^\s*(?:insert|update|delete|replace|create|drop|alter|commit|vacuum)\b/i;
const ERRORS = {
  "files.read-only": {
    code: "EROFS",
    errno: -30,
    says: "read-only file system",
    sqlite: [8, "attempt to write a readonly database"],
  },
  "files.full": {
    code: "ENOSPC",
    errno: -28,
    says: "no space left on device",
    sqlite: [13, "database or disk is full"],
  },
};

const [, , ...words] = process.argv;
if (folder && root && isMainThread && words.includes("run") && words.includes("--port")) breakIt();

function breakIt() {
  const { existsSync, lstatSync, openSync, readFileSync, writeFileSync, writeSync } = fs;
  const spawn = childProcess.ChildProcess.prototype.spawn;
  const record = join(folder, "record.jsonl");
  const faults = JSON.parse(asked ?? "[]");
  const counts = new Map();
  /** Of open files, by descriptor. */
  const files = new Map();
  /** Faults that go on, by name. */
  const lasting = new Map();
  let file;
  let isArmed = false;
  /** Node's own functions call each other. */
  let inside = 0;

  for (const line of existsSync(record) ? readFileSync(record, "utf8").split("\n") : []) {
    if (!line.startsWith("{")) continue;
    const { places = [], did } = JSON.parse(line);
    for (const place of places) counts.set(place, (counts.get(place) ?? 0) + 1);
    const fault = faults.find(({ text }) => text === did);
    if (fault?.name === "files.clock-back") setClockBack();
    if (fault?.stays) lasting.set(fault.name, fault);
  }

  function write(entry) {
    file ??= openSync(record, "a", 0o600);
    writeSync(file, `${JSON.stringify(entry)}\n`);
  }

  /** Where a path leads below the gateway's folder; undefined for what is not its state. */
  function placeOf(path) {
    if (typeof path === "number") return files.get(path)?.place;
    if (path instanceof URL || typeof path === "string" || Buffer.isBuffer(path)) {
      const text = resolve(path instanceof URL ? fileURLToPath(path) : String(path));
      if (!text.startsWith(root + sep)) return undefined;
      const place = relative(root, text);
      return NOT_ITS_STATE.test(place) ? undefined : place;
    }
    return undefined;
  }

  /**
   * Counts that places are passed, and lets happen what is due there.
   * @param half does the first half of it
   * @returns the error to fail with
   */
  function happens(kind, places, what, half) {
    isArmed ||= existsSync(join(folder, "armed"));
    if (!isArmed || inside > 0) return undefined;
    write({ places, kind, what });
    let error;
    for (const place of places) {
      const times = (counts.get(place) ?? 0) + 1;
      counts.set(place, times);
      const fault = faults.find(
        (each) => each.place === place && (times === each.from || (each.stays && times > each.from)),
      );
      if (fault) error ??= inject(fault, kind, what, half);
    }
    if (kind === "sqlite" || kind === "rename" || kind === "unlink") {
      const { code } = ERRORS["files.read-only"];
      if (lasting.has("files.read-only")) error ??= failure("files.read-only", kind, what, code);
    }
    return error;
  }

  function inject(fault, kind, what, half) {
    const { name, text, stays } = fault;
    if (stays) lasting.set(name, fault);
    const did = (how) => write({ did: text, how });
    if (name in ERRORS) {
      did(`${kind} of ${what}`);
      return failure(name, kind, what);
    }
    if (name === "files.clock-back") {
      did(`an hour, at ${kind} of ${what}`);
      setClockBack();
    } else if (name === "process.stop") {
      did(`for ${STOPPED_SECONDS} s, at ${kind} of ${what}`);
      stop();
    } else if (name === "files.torn-line") {
      half?.();
      did(`half a line of ${what}`);
      die();
    } else {
      did(half && kind === "half of write" ? `within write of ${what}` : `before ${kind} of ${what}`);
      if (kind === "half of write") half?.();
      die();
    }
    return undefined;
  }

  function failure(name, kind, what) {
    const { code, errno, says, sqlite } = ERRORS[name];
    if (kind === "sqlite") {
      const [errcode, errstr] = sqlite;
      return Object.assign(new Error(errstr), { code: "ERR_SQLITE_ERROR", errcode, errstr });
    }
    const path = join(root, what);
    return Object.assign(new Error(`${code}: ${says}, ${kind} '${path}'`), {
      errno,
      code,
      syscall: kind,
      path,
    });
  }

  function die() {
    process.kill(process.pid, "SIGKILL");
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  }

  function stop() {
    const child = new childProcess.ChildProcess();
    const args = ["sh", "-c", `sleep ${STOPPED_SECONDS}; kill -CONT ${process.pid}`];
    spawn.call(child, { file: "/bin/sh", args, envPairs: [`PATH=${PATH}`], detached: true, stdio: "ignore" });
    child.unref();
    process.kill(process.pid, "SIGSTOP");
  }

  /** What has got hold of `Date` before sees the change as well. */
  function setClockBack() {
    const { Date: RealDate } = globalThis;
    const now = RealDate.now.bind(RealDate);
    const moved = () => now() - SET_BACK_MS;
    RealDate.now = moved;
    globalThis.Date = new Proxy(RealDate, {
      construct: (target, args, as) => Reflect.construct(target, args.length === 0 ? [moved()] : args, as),
      apply: () => new RealDate(moved()).toString(),
    });
  }

  const isAppending = (flags) =>
    typeof flags === "number" ? (flags & O_APPEND) !== 0 : String(flags ?? "").includes("a");
  const isWriting = (flags = "r") =>
    typeof flags === "number" ? (flags & (O_WRONLY | O_RDWR | O_CREAT)) !== 0 : /[wa+]/.test(flags);
  const bytesOf = (data, encoding) =>
    typeof data === "string"
      ? Buffer.from(data, encoding)
      : ArrayBuffer.isView(data)
        ? Buffer.from(data.buffer, data.byteOffset, data.byteLength)
        : undefined;

  /** A write of `bytes`; undefined where they are not known. */
  function writes(what, bytes, appends, intoHalf, opens) {
    const half =
      bytes && bytes.length > 1 ? () => intoHalf(bytes.subarray(0, Math.floor(bytes.length / 2))) : undefined;
    const isLine = appends && bytes?.at(-1) === 0x0a;
    return (
      happens(
        "write",
        [...(opens ? ["opened file"] : []), "write", ...(isLine ? ["line"] : []), "operation"],
        what,
        half,
      ) ??
      (half && happens("half of write", ["operation"], what, half))
    );
  }

  const CHECKS = {
    rename: ([from, to]) => changes("rename", to, from),
    link: ([from, to]) => changes("rename", to, from),
    symlink: ([, to]) => changes("rename", to),
    unlink: ([path]) => changes("unlink", path),
    rm: ([path]) => (isThere(path) ? changes("unlink", path) : undefined),
    rmdir: ([path]) => changes("unlink", path),
    copyFile: ([, to]) => changes("write", to),
    cp: ([, to]) => changes("write", to),
    truncate: ([path]) => changes("write", path),
    ftruncate: ([path]) => changes("write", path),
    fsync: ([path]) => changes("fsync", path),
    fdatasync: ([path]) => changes("fsync", path),
    write: ([descriptor, data, offset, length]) => {
      const known = files.get(descriptor);
      if (!known?.place) return undefined;
      const bytes = typeof data === "string" ? bytesOf(data) : part(bytesOf(data), offset, length);
      return writes(known.place, bytes, known.appends, (first) => writeSync(descriptor, first), false);
    },
    writev: ([descriptor]) => changes("write", descriptor),
    writeFile: ([path, data, options]) => wholeFile(path, data, options, optionsOf(options).flag ?? "w"),
    appendFile: ([path, data, options]) => wholeFile(path, data, options, optionsOf(options).flag ?? "a"),
  };

  function changes(kind, path, other) {
    const what = placeOf(path) ?? (other === undefined ? undefined : placeOf(other));
    if (what === undefined) return undefined;
    return happens(kind, [kind, "operation"], what);
  }

  function wholeFile(path, data, options, flag) {
    const what = placeOf(path);
    if (what === undefined) return undefined;
    const { encoding, mode } = optionsOf(options);
    const into = (first) =>
      typeof path === "number" ? writeSync(path, first) : writeFileSync(path, first, { flag, mode });
    return writes(what, bytesOf(data, encoding), isAppending(flag), into, typeof path !== "number");
  }

  function optionsOf(options) {
    if (typeof options === "string") return { encoding: options };
    return typeof options === "object" && options !== null ? options : {};
  }

  /** `write` takes a range or an object that says it. */
  function part(bytes, offset, length) {
    if (bytes === undefined) return undefined;
    const range = typeof offset === "object" && offset !== null ? offset : { offset, length };
    const begin = range.offset ?? 0;
    return bytes.subarray(begin, begin + (range.length ?? bytes.length - begin));
  }

  function isThere(path) {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  }

  function within(run) {
    inside += 1;
    try {
      return run();
    } finally {
      inside -= 1;
    }
  }

  /** Puts a function in the place of another that still has all that the other one had. */
  function replace(owner, name, make) {
    const original = owner[name];
    if (typeof original !== "function") return;
    const replacement = make(original);
    const { length, name: called, prototype: _own, ...rest } = Object.getOwnPropertyDescriptors(original);
    Object.defineProperties(replacement, { length, name: called, ...rest });
    owner[name] = replacement;
  }

  for (const [name, check] of Object.entries(CHECKS)) {
    replace(
      fs,
      `${name}Sync`,
      (original) =>
        function (...args) {
          const error = check(args);
          if (error) throw error;
          return within(() => original.apply(this, args));
        },
    );
    replace(
      fs,
      name,
      (original) =>
        function (...args) {
          const error = check(args);
          const done = args.at(-1);
          if (!error || typeof done !== "function") return within(() => original.apply(this, args));
          process.nextTick(done, error);
          return undefined;
        },
    );
    replace(
      fs.promises,
      name,
      (original) =>
        async function (...args) {
          const error = check(args);
          if (error) throw error;
          return within(() => original.apply(this, args));
        },
    );
  }

  /** What is opened for writing is refused here, as on a real disk, and known by its descriptor from then on. */
  const opened = ([path, flags]) => {
    const what = placeOf(path);
    if (what === undefined || !isWriting(flags)) return undefined;
    return happens("open", ["opened file"], what);
  };
  const learn = (descriptor, [path, flags]) => {
    const place = inside > 0 ? undefined : placeOf(path);
    files.set(descriptor, { place, appends: isAppending(flags) });
  };
  replace(
    fs,
    "openSync",
    (original) =>
      function (...args) {
        const error = opened(args);
        if (error) throw error;
        const descriptor = original.apply(this, args);
        learn(descriptor, args);
        return descriptor;
      },
  );
  replace(
    fs,
    "open",
    (original) =>
      function (...args) {
        const error = opened(args);
        const done = args.pop();
        if (error) {
          process.nextTick(done, error);
          return undefined;
        }
        const isInner = inside > 0;
        return original.call(this, ...args, (failed, descriptor) => {
          if (!failed) isInner ? files.delete(descriptor) : learn(descriptor, args);
          done(failed, descriptor);
        });
      },
  );
  let isHandleKnown = false;
  replace(
    fs.promises,
    "open",
    (original) =>
      async function (...args) {
        const error = opened(args);
        if (error) throw error;
        const handle = await original.apply(this, args);
        files.set(handle.fd, { place: placeOf(args[0]), appends: isAppending(args[1]) });
        if (!isHandleKnown) watchHandles(Object.getPrototypeOf(handle));
        return handle;
      },
  );

  function watchHandles(prototype) {
    isHandleKnown = true;
    const checks = {
      write: CHECKS.write,
      writev: CHECKS.writev,
      writeFile: ([descriptor, data, options]) => {
        const known = files.get(descriptor);
        if (!known?.place) return undefined;
        const bytes = bytesOf(data, optionsOf(options).encoding);
        return writes(known.place, bytes, known.appends, (first) => writeSync(descriptor, first), false);
      },
      truncate: CHECKS.ftruncate,
      sync: CHECKS.fsync,
      datasync: CHECKS.fdatasync,
    };
    checks.appendFile = checks.writeFile;
    for (const [name, check] of Object.entries(checks)) {
      replace(
        prototype,
        name,
        (original) =>
          async function (...args) {
            const error = check([this.fd, ...args]);
            if (error) throw error;
            return original.apply(this, args);
          },
      );
    }
  }

  const starts = (program) => happens("spawn", ["spawn", "operation"], basename(String(program)));
  replace(
    childProcess.ChildProcess.prototype,
    "spawn",
    (original) =>
      function (options) {
        const error = starts(options.file);
        if (error) throw error;
        return original.call(this, options);
      },
  );
  for (const name of ["spawnSync", "execFileSync", "execSync"]) {
    replace(
      childProcess,
      name,
      (original) =>
        function (...args) {
          starts(args[0]);
          return within(() => original.apply(this, args));
        },
    );
  }
  replace(
    process,
    "execve",
    (original) =>
      function (...args) {
        starts(args[0]);
        return original.apply(this, args);
      },
  );

  watchDatabases();
  syncBuiltinESMExports();

  /** What is written into a database does not come by the functions above. */
  function watchDatabases() {
    const { emitWarning } = process;
    // That it is experimental is for the gateway to say.
    process.emitWarning = () => {};
    try {
      const { DatabaseSync, StatementSync } = require("node:sqlite");
      const check = (sql) =>
        CHANGES.test(sql)
          ? happens("sqlite", ["write", "operation"], `${/\w+/.exec(sql)?.[0]} of a database`)
          : undefined;
      replace(
        DatabaseSync.prototype,
        "exec",
        (original) =>
          function (sql) {
            const error = check(sql);
            if (error) throw error;
            return original.call(this, sql);
          },
      );
      replace(
        StatementSync.prototype,
        "run",
        (original) =>
          function (...args) {
            const error = check(this.sourceSQL);
            if (error) throw error;
            return original.apply(this, args);
          },
      );
    } catch {
      // This Node has none.
    } finally {
      process.emitWarning = emitWarning;
    }
  }
}
