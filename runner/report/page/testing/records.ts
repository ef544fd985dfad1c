import { inflateRawSync } from "node:zlib";
import type { PageRecord } from "../page-data.ts";

/** The elements of a page that hold data, by their ids. */
export function blocksIn(page: string): Map<string, string> {
  const found = page.matchAll(/<script type="[\w/]+" id="([\w-]+)">([^<]*)<\/script>/g);
  return new Map([...found].map(([, id = "", text = ""]) => [id, text]));
}

/** The unpacked records of a page, in their order. */
export function recordsIn(page: string): PageRecord[] {
  const packed = [...blocksIn(page)].filter(([id]) => id.startsWith("qa-record-"));
  return packed.map(([, text]) => JSON.parse(inflateRawSync(Buffer.from(text, "base64")).toString()));
}
