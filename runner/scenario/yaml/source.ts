import type { Document, Node } from "yaml";
import type { Position, SourceFile } from "../source/source.ts";

/**
 * A piece of YAML inside a scenario file (front matter, a fence, or the whole file) after parsing.
 * `yaml` node ranges are offsets into the piece; `locate` maps them to the file.
 */
export interface YamlSource {
  file: SourceFile;
  document: Document.Parsed;
  /** Text of the piece as the YAML parser saw it. */
  text: string;
  /** Position in the file of an offset into `text`. */
  locate(offset: number): Position;
}

/** A node together with the piece it stands in: what later stages need to point at it. */
export interface LocatedNode {
  source: YamlSource;
  node: Node;
}
