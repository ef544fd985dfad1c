import { isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";
import { isWithin } from "../../base/paths.ts";
import { ROOT } from "../../base/places.js";
import type { Position } from "../../scenario/source/source.ts";
import type { CompiledExpression, CompiledFlow } from "../types.ts";
import { offsetWithoutInsertions } from "./caught.ts";

export interface ScenarioFrames {
  /** Stack lines that name the scenario, with its own lines and columns; innermost first. */
  lines: string[];
  /** Where the innermost of them stands. */
  position?: Position;
  /** The error arose in the scenario itself and not in something that it called. */
  innermost: boolean;
}

/** Reads from an error's stack where in the scenario it arose. */
export function scenarioFrames(stack: string | undefined, flow: CompiledFlow): ScenarioFrames {
  const frames = (stack ?? "")
    .split("\n")
    .filter((line) => /^\s+at /.test(line) && !/node:|<anonymous>/.test(line))
    .map((line) => ({ line: line.trim(), position: positionIn(line, flow) }));
  const own = frames.filter((frame) => frame.position !== undefined);
  return {
    lines: own.map(({ line, position }) =>
      line.replace(/:\d+:\d+(\)?)$/, `:${position?.line}:${position?.column}$1`),
    ),
    ...(own[0] ? { position: own[0].position } : {}),
    innermost: frames[0]?.position !== undefined,
  };
}

const SELF = fileURLToPath(import.meta.url);
/** This program: the one file that the part of it that runs flows is built into, or its sources. */
const PROGRAM = SELF.endsWith(".cjs") ? SELF : join(ROOT, "runner");

/** Whether an error arose in a module that belongs neither to this program nor to a package: a scenario brought it. */
export function aroseInOwnModule(stack: string | undefined): boolean {
  const innermost = (stack ?? "")
    .split("\n")
    .flatMap((line) => pathIn(line) ?? [])
    .find((path) => isWithin(path, PROGRAM) || !/[/\\]node_modules[/\\]/.test(path));
  return innermost !== undefined && !isWithin(innermost, PROGRAM);
}

/** The file that a stack line names, if it is one. */
function pathIn(line: string): string | undefined {
  const place = /(?:^\s+at (?:async )?|\()([^()]+):\d+:\d+\)?$/.exec(line)?.[1] ?? "";
  if (!place.startsWith("file:")) return isAbsolute(place) ? place : undefined;
  try {
    return fileURLToPath(place);
  } catch {
    return undefined;
  }
}

function positionIn(line: string, flow: CompiledFlow): Position | undefined {
  const match = /:(\d+):(\d+)\)?$/.exec(line);
  if (!match?.[1] || !match[2]) return undefined;
  const before = line.slice(0, match.index);
  if (!before.endsWith(flow.file) || !/[( ]$/.test(before.slice(0, -flow.file.length))) return undefined;
  return originalPosition({ line: Number(match[1]), column: Number(match[2]) }, flow.expressions);
}

/**
 * A script has the lines of the expression's value, which lack the YAML's indentation and, in folded
 * styles, its line breaks.
 */
function originalPosition(reported: Position, expressions: readonly CompiledExpression[]): Position {
  const expression = expressions.findLast(
    ({ position }) =>
      position.line < reported.line ||
      (position.line === reported.line && position.column <= reported.column),
  );
  if (!expression) return reported;
  const lines = expression.text.split("\n");
  const index = reported.line - expression.position.line;
  const line = lines[index];
  if (line === undefined) return reported;
  const before = lines.slice(0, index).reduce((length, text) => length + text.length + 1, 0);
  const column = reported.column - (index === 0 ? expression.position.column : 1);
  const offset = offsetWithoutInsertions(before, column, expression);
  return placeOf(expression, Math.min(offset, before + line.length));
}

/** Position in the file of an offset in an expression's text. */
export function placeOf(
  { places, position }: Pick<CompiledExpression, "places" | "position">,
  offset: number,
): Position {
  const place = places.findLast((each) => each.offset <= offset);
  return place ? { line: place.line, column: place.column + offset - place.offset } : position;
}
