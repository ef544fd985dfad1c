import { QaError } from "../../base/errors.ts";

/** Something that lies in an installation. */
export interface Found {
  /** Absolute, as the installation names it. */
  path: string;
  kind: "file" | "link" | "other";
  size: number;
  /** Of the owner; absent where it is not known. */
  uid?: number;
  mode: number;
  /** Where a link leads to, as it says it. */
  target?: string;
  /** Opens it to read only. @throws the file system's error */
  read(): Promise<Buffer>;
}

/** An installation, which is only ever read: a folder of this machine, or an archive. */
export interface Source {
  /** As it was named. */
  name: string;
  /** Absolute, as the installation names it. */
  stateDir: string;
  configPath: string;
  /** Text of the config file. */
  config: string;
  /** Folders of workspaces that it names itself, besides those of its config. */
  workspaces: readonly string[];
  /** Who owns the state; undefined where that is not known. */
  owner: number | undefined;
  /** Whether it lies on this machine, so that owners and free space say something. */
  isHere: boolean;
  /** Bytes that are free where it lies; undefined where that is not known. */
  freeBytes(): Promise<number | undefined>;
  /**
   * Calls `visit` for all that lies in folders, one after the other.
   * @param folders absolute, as the installation names them
   * @param onTrouble gets what cannot be looked at
   */
  visit(
    folders: readonly string[],
    visit: (found: Found) => Promise<void>,
    onTrouble: (path: string, why: string) => void,
  ): Promise<void>;
}

/** The name of the config in its folder. */
export const CONFIG = "openclaw.json";

/** @param why it cannot be used, in a few words */
export function unreadable(name: string, why: string): QaError {
  return new QaError(`${name} holds no installation that can be read: ${why}`, {
    code: "state-unreadable",
    fault: "environment",
    hint: `Name the folder that holds ${CONFIG}, for instance ~/.openclaw, or an archive of \`openclaw backup create\`.`,
  });
}
