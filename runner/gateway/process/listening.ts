import { readFileSync } from "node:fs";

/** `127.0.0.1`, `0.0.0.0` and `::`, as the system writes them. */
const REACHABLE = new Set(["0100007F", "00000000", "0".repeat(32)]);
const LISTEN = "0A";

/** Whether the system says that something listens on this port of 127.0.0.1; false also where it does not say. */
export function isListening(port: number): boolean {
  const wanted = port.toString(16).toUpperCase().padStart(4, "0");
  return ["/proc/net/tcp", "/proc/net/tcp6"].some((path) =>
    read(path)
      .split("\n")
      .some((line) => {
        const [, local = "", , state] = line.trim().split(/\s+/);
        const [address = "", localPort] = local.split(":");
        return localPort === wanted && state === LISTEN && REACHABLE.has(address);
      }),
  );
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
