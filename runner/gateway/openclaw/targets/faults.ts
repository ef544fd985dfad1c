import { QaError } from "../../../base/errors.ts";
import { suggest } from "../../../base/suggest.ts";

/** What is wrong with what a release is to update itself to. */
export interface TargetFault {
  /** In the package itself. */
  inPackage?: PackageFault;
  /** The registry serves other bytes than it promises. */
  tampered?: true;
  /** Nothing answers where the registry was. */
  registryGone?: true;
  /** Nothing more can be written where the package is installed. */
  diskFull?: true;
}

export type PackageFault = "missing-file" | "crash-at-start" | "crash-after-check";

/** By the tag that scenarios name, which is that of the embedded gateway's releases where it has the same. */
const FAULTS: Readonly<Record<string, TargetFault>> = {
  "missing-file": { inPackage: "missing-file" },
  "wrong-integrity": { tampered: true },
  "crash-at-start": { inPackage: "crash-at-start" },
  "crash-after-check": { inPackage: "crash-after-check" },
  "registry-gone": { registryGone: true },
  "disk-full": { diskFull: true },
  next: {},
};

/** @throws QaError `target-unknown` */
export function faultOf(tag: string): TargetFault {
  const fault = Object.hasOwn(FAULTS, tag) ? FAULTS[tag] : undefined;
  if (fault) return fault;
  const near = suggest(tag, Object.keys(FAULTS));
  throw new QaError(`there is no target \`${tag}\` to update a release to`, {
    code: "target-unknown",
    fault: "scenario",
    hint: near === undefined ? `There are ${Object.keys(FAULTS).join(", ")}.` : `Did you mean ${near}?`,
  });
}
