import type { PackIndex } from "./schema/schema.ts";
import type { Diagnostic } from "./source/source.ts";
import type { Scenario, ScenarioForm } from "./types.ts";
import type { LocatedNode } from "./yaml/source.ts";

/** A scenario file taken apart, before its parts are checked against the formats. */
export interface Draft {
  form: ScenarioForm;
  /** The metadata mapping; absent if it is missing or cannot be read (told in `diagnostics`). */
  meta: LocatedNode | undefined;
  flow: LocatedNode | undefined;
  /** A flow block is there, even if it cannot be read. */
  hasFlow: boolean;
  /** What to do if the flow is missing. */
  flowAdvice: string;
  modelScript: LocatedNode | undefined;
  prose: string;
  /** The first heading; undefined for YAML files. */
  heading: { text: string; offset: number } | undefined;
  /** Offset in the file of the metadata block. */
  start: number;
  diagnostics: Diagnostic[];
}

/** What a file turned out to be. */
export type ParsedFile =
  | { kind: "scenario"; scenario: Scenario | undefined; id: string | undefined; diagnostics: Diagnostic[] }
  | { kind: "pack-index"; index: PackIndex | undefined; diagnostics: Diagnostic[] }
  /** Neither scenario nor index: documentation, or material that lies beside scenarios. */
  | { kind: "other" };
