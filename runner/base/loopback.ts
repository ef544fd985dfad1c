/** As programs and libraries read it. */
const LOOPBACK_HOSTS = ["localhost", "127.0.0.1", "::1"];

/**
 * Keeps what this machine has to say to itself away from proxies: `NODE_USE_ENV_PROXY` would send WebSockets and requests
 * to the gateway there. For this process and what it starts; to be called before either speaks to anybody.
 */
export function keepLoopbackDirect(env: NodeJS.ProcessEnv): void {
  const given = env.no_proxy ?? env.NO_PROXY ?? "";
  if (given.trim() === "*") return;
  const hosts = given.split(/[\s,]+/).filter((host) => host !== "");
  const all = [...new Set([...hosts, ...LOOPBACK_HOSTS])].join(",");
  env.NO_PROXY = all;
  env.no_proxy = all;
}

/** Whether a host name of a URL means this machine. */
export function isLoopback(hostname: string): boolean {
  return /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
}
