import { type Colour, stripedPng } from "../../model/png.ts";
import { type FlowValue, value } from "../env/run.ts";
import { STRING } from "../schema.ts";

const RED: Colour = [220, 30, 30];
const BLUE: Colour = [30, 60, 220];

/** A picture for vision models: base64 of a square PNG file, drawn when it is asked for. */
function picture(side: number): FlowValue {
  return value(
    "images",
    STRING,
    `A PNG file in base64, red above and blue below, ${side} by ${side} pixels.`,
    () => stripedPng({ width: side, height: side }, [RED, BLUE]).toString("base64"),
  );
}

export const pictureValues = {
  imageUnderstandingPngBase64: picture(16),
  imageUnderstandingValidPngBase64: picture(64),
  imageUnderstandingLargePngBase64: picture(512),
};
