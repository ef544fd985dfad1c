/** 0–255 each. */
export type Colour = readonly [red: number, green: number, blue: number];

export interface PictureSize {
  width: number;
  height: number;
}

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const TRUE_COLOUR = 2;

/** A picture as a PNG file: stripes from top to bottom, of equal height. */
export function stripedPng({ width, height }: PictureSize, stripes: readonly Colour[]): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, TRUE_COLOUR], 8);
  const rows = Array.from({ length: height }, (_, y) => {
    const colour = stripes[Math.floor((y * stripes.length) / height)] ?? [0, 0, 0];
    // Each row begins with the filter that it was stored with: none.
    return Buffer.concat([Buffer.of(0), Buffer.alloc(width * 3, Buffer.from(colour))]);
  });
  return Buffer.concat([
    SIGNATURE,
    chunk("IHDR", header),
    chunk("IDAT", zlib().deflateSync(Buffer.concat(rows))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  checksum.writeUInt32BE(zlib().crc32(typed));
  return Buffer.concat([length, typed, checksum]);
}

/** Loaded when it is needed: the start of every attempt would pay for it. */
function zlib(): typeof import("node:zlib") {
  return process.getBuiltinModule("node:zlib");
}
