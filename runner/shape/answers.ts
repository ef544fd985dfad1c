import type { JsonObject } from "../base/json.ts";
import { compareText } from "../base/text.ts";
import { mergeShapes, type Shape, shapeOf } from "./shape.ts";

/** Counts up with every change that a reader of `rpc-shapes.json` could trip over. */
const SHAPES_VERSION = 1;

/** Name of the evidence file that holds the shapes of one scenario. */
export const SHAPES_FILE = "rpc-shapes.json";

/** What a gateway's answers to one method looked like. */
export interface AnswerShape {
  /** How many answers there were. */
  answers: number;
  shape: Shape;
}

/** Text of `rpc-shapes.json`. */
interface ShapesFile {
  version: number;
  /** By method; `restart-sentinel.json` is the file of that name, which scenarios read like an answer. */
  methods: Record<string, AnswerShape>;
}

/** Folds answers into one shape per method. */
export class AnswerShapes {
  readonly #byMethod = new Map<string, AnswerShape>();

  add(method: string, answer: unknown): void {
    const known = this.#byMethod.get(method);
    const shape = shapeOf(answer);
    this.#byMethod.set(method, {
      answers: (known?.answers ?? 0) + 1,
      shape: known ? mergeShapes(known.shape, shape) : shape,
    });
  }

  /** The text of `rpc-shapes.json`; empty when nothing was asked. */
  toText(): string {
    if (this.#byMethod.size === 0) return "";
    const methods = [...this.#byMethod].sort(([a], [b]) => compareText(a, b));
    const file: ShapesFile = { version: SHAPES_VERSION, methods: Object.fromEntries(methods) };
    return `${JSON.stringify(file)}\n`;
  }
}

/**
 * Reads what `toText` wrote.
 * @throws Error when it is not that, or of another version
 */
export function readShapes(text: string): Map<string, AnswerShape> {
  const { version, methods } = asObject(JSON.parse(text));
  if (version !== SHAPES_VERSION) {
    throw new Error(`version ${SHAPES_VERSION} was expected, this is version ${version}`);
  }
  const answers = Object.entries(asObject(methods));
  const wrong = answers.find(([, answer]) => !isAnswerShape(answer));
  if (wrong) throw new Error(`what it says about ${wrong[0]} is not the shape of answers`);
  return new Map(answers.filter((answer): answer is [string, AnswerShape] => isAnswerShape(answer[1])));
}

function isAnswerShape(value: unknown): value is AnswerShape {
  const { answers, shape } = asObject(value);
  return typeof answers === "number" && typeof shape === "object" && shape !== null;
}

function asObject(value: unknown): JsonObject {
  return typeof value === "object" && value !== null ? (value as JsonObject) : {};
}
