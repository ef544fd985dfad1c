/** Folder of this tool, with `qa`, `fixtures` and `docs`: the checkout, or the installed package. Absolute. */
export const ROOT: string;

/** What this version of the tool keeps between runs and can make again. Absolute; it need not exist. */
export const CACHE: string;

/** What only the package has, because it was built; undefined in a checkout, which builds it when a source has changed. */
export const BUILT:
  | {
      /** Of all that the package was built from. */
      id: string;
      /** The program of an attempt's process. */
      attempt: string;
      /** What report.html runs. */
      page: { script: string; style: string };
      /** The embedded gateway, packed. */
      gateway: string;
      /** Its releases, packed. */
      releases: string;
    }
  | undefined;

/** Files that Node runs in processes of their own. Absolute. */
export const PROGRAMS: Readonly<
  Record<
    | "main"
    | "registryServer"
    | "reporterHost"
    | "serviceAccount"
    | "serviceClient"
    | "serviceManager"
    | "supervisor"
    | "fullDisk"
    | "watchdog"
    | "outside"
    | "breaking",
    string
  >
>;
