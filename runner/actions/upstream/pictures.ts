import { type Colour, stripedPng } from "../../model/png.ts";

const RED: Colour = [220, 30, 30];
const BLUE: Colour = [30, 60, 220];

/** Pictures with a red upper and a blue lower half, for models that see; base64 of a PNG file each. */
export const PICTURES = {
  imageUnderstandingPngBase64: { size: { width: 16, height: 16 }, summary: "16 by 16 pixels." },
  imageUnderstandingValidPngBase64: { size: { width: 64, height: 64 }, summary: "64 by 64 pixels." },
  imageUnderstandingLargePngBase64: { size: { width: 512, height: 512 }, summary: "512 by 512 pixels." },
} as const;

/** The pictures by their names in flows, each drawn when it is asked for. */
export function pictureConstants(): Record<string, string> {
  const constants: Record<string, string> = {};
  for (const [name, { size }] of Object.entries(PICTURES)) {
    Object.defineProperty(constants, name, {
      enumerable: true,
      get: () => stripedPng(size, [RED, BLUE]).toString("base64"),
    });
  }
  return constants;
}
