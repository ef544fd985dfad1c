import { execFile } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { networkInterfaces } from "node:os";
import { promisify } from "node:util";

/** Names a process that was started in a namespace of its own, and the releases that were found for it before. */
export const ALONE_VARIABLE = "GATEWAY_QA_REHEARSES_ALONE";
/** Of a block that is for documentation: what got through would lead nowhere. */
const ELSEWHERE = "192.0.2.7";

/**
 * The beginning of a command line whose program has a network of its own: loopback, and no way out, for it and for all
 * that it starts. @returns undefined where this system does not let an ordinary user have one
 */
export async function aloneCommand(): Promise<string[] | undefined> {
  const [uid, gid] = [process.getuid?.(), process.getgid?.()];
  const as = uid === undefined || uid === 0 ? "" : `unshare --user --map-user=${uid} --map-group=${gid} -- `;
  const command = [
    ...["unshare", "--user", "--map-root-user", "--net", "--", "sh", "-c"],
    ...[`ip link set lo up && exec ${as}"$@"`, "sh"],
  ];
  const [file = "", ...args] = command;
  try {
    await promisify(execFile)(file, [...args, "true"], { timeout: 10_000 });
    return command;
  } catch {
    return undefined;
  }
}

/** Whether this process has no way out: nothing but loopback, and a packet for elsewhere finds no route. */
export async function isAlone(): Promise<boolean> {
  const others = Object.values(networkInterfaces()).flatMap((addresses = []) =>
    addresses.filter(({ internal }) => !internal),
  );
  if (others.length > 0) return false;
  const socket = createSocket("udp4");
  try {
    socket.connect(9, ELSEWHERE);
    await Promise.race([
      once(socket, "connect"),
      once(socket, "error").then(([error]) => Promise.reject(error)),
    ]);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENETUNREACH";
  } finally {
    socket.close();
  }
}
