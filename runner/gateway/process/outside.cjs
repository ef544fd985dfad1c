/**
 * Loaded into a gateway whose plugin is a stranger's, and into every Node program that it starts: a connection that leads
 * beyond this machine is refused before a name is looked up, and noted. It is no sandbox: what is not JavaScript, and a
 * program that does away with NODE_OPTIONS, gets through. Does nothing in a process that has no file to note it in.
 */
// CommonJS, because only what is required is loaded into threads as well.
const dgram = require("node:dgram");
const dns = require("node:dns");
const { appendFileSync } = require("node:fs");
const { syncBuiltinESMExports } = require("node:module");
const { isIP, Socket } = require("node:net");

const { GATEWAY_QA_OUTSIDE_LOG: file, GATEWAY_QA_OUTSIDE_ALLOWED = "" } = process.env;
const LOOPBACK =
  /^(?:localhost|(?:.+\.)?localhost\.?|127(?:\.\d{1,3}){3}|\[?::1\]?|::ffff:127(?:\.\d{1,3}){3}|0\.0\.0\.0|::)$/i;
/** Where a stack is looked at for who wanted it: a frame in a file that is neither Node's own nor this one. */
const FRAME = /(?:file:\/\/)?(\/[^()\s]+?):\d+:\d+/g;

if (file) {
  const allowed = new Set(GATEWAY_QA_OUTSIDE_ALLOWED.split(",").filter(Boolean));
  const isInside = (host) => host === undefined || LOOPBACK.test(host) || allowed.has(host);

  const connect = Socket.prototype.connect;
  Socket.prototype.connect = function (...args) {
    const { host, port, path } = target(args);
    if (path || isInside(host)) return connect.apply(this, args);
    const error = refuse(`${host}:${port}`);
    process.nextTick(() => this.destroy(error));
    return this;
  };

  // A name that is looked up leaves the machine too, with whatever stands in it.
  for (const api of [dns, dns.promises, dns.Resolver.prototype, dns.promises.Resolver.prototype]) {
    const promised = api === dns.promises || api === dns.promises.Resolver.prototype;
    for (const name of Object.getOwnPropertyNames(api).filter((each) =>
      /^(?:lookup|resolve|reverse)/.test(each),
    )) {
      const ask = api[name];
      api[name] = function (...args) {
        if (isInside(args[0]) || isIP(args[0])) return ask.apply(this, args);
        const error = refuse(`${args[0]} (name)`);
        if (promised) return Promise.reject(error);
        process.nextTick(args.at(-1), error);
        return undefined;
      };
    }
  }

  // Also for those who import a function of it by its name.
  syncBuiltinESMExports();

  const send = dgram.Socket.prototype.send;
  dgram.Socket.prototype.send = function (...args) {
    const address = args.findLast((each) => typeof each === "string");
    // The first argument is what is sent, which may be a text too.
    if (args.lastIndexOf(address) === 0 || isInside(address)) return send.apply(this, args);
    const error = refuse(`${address} (UDP)`);
    const done = args.at(-1);
    process.nextTick(() => (typeof done === "function" ? done(error) : this.emit("error", error)));
    return undefined;
  };
}

/** What a call of `connect` names, in each of its forms; Node's own callers pass the arguments as one list. */
function target(args) {
  const [first, second] = Array.isArray(args[0]) ? args[0] : args;
  if (typeof first === "object" && first !== null) return first;
  if (typeof first === "string" && Number.isNaN(Number(first))) return { path: first };
  return { port: first, host: typeof second === "string" ? second : undefined };
}

function refuse(to) {
  const stack = new Error().stack ?? "";
  const from = [...stack.matchAll(FRAME)].map(([, path]) => path).filter((path) => path !== __filename);
  try {
    appendFileSync(file, `${JSON.stringify({ at: Date.now(), to, from })}\n`, { mode: 0o600 });
  } catch {
    // It is refused all the same.
  }
  return Object.assign(new Error(`connect ECONNREFUSED ${to}: gateway-qa lets nothing out of this machine`), {
    code: "ECONNREFUSED",
    syscall: "connect",
  });
}
