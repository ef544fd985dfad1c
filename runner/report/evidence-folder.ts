import { createHash } from "node:crypto";
import { join } from "node:path";

/** The folder for the evidence of one attempt; `attempt` counts from 1. */
export function evidenceFolder(reportFolder: string, scenarioId: string, attempt: number): string {
  const folder = join(reportFolder, folderName(scenarioId));
  return attempt === 1 ? folder : join(folder, `attempt-${attempt}`);
}

/** A foreign pack may use ids that are not folder names, or that lead out of the report; each gets a new name. */
function folderName(id: string): string {
  const name = id
    .replaceAll(/[^\w.-]/g, "_")
    .replace(/^\.+/, "_")
    .slice(0, 100);
  return name === id ? id : `${name}-${createHash("sha256").update(id).digest("hex").slice(0, 8)}`;
}
