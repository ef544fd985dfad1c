import { spawn } from "node:child_process";
import { printNote } from "./redacted.ts";

/** What opens an address, by platform. */
const OPENERS: Partial<Record<NodeJS.Platform, [file: string, ...args: string[]]>> = {
  darwin: ["open"],
  win32: ["rundll32", "url.dll,FileProtocolHandler"],
};

/** Opens an address in the user's browser, which outlives this program; without one it says so. */
export function openInBrowser(url: string): void {
  const [file, ...args] = OPENERS[process.platform] ?? ["xdg-open"];
  const opener = spawn(file, [...args, url], { stdio: "ignore", detached: true });
  opener.on("error", () => printNote(`note: there is no ${file} that could open it\n`));
  opener.unref();
}
