import { useEffect, useState } from "preact/hooks";
import { DATA_ID, type PageData, type PageRecord, recordId } from "../page-data.ts";

/** The overview. */
export const data = JSON.parse(document.getElementById(DATA_ID)?.textContent ?? "{}") as PageData;

const unpacked = new Map<string, Promise<PageRecord>>();

/** Unpacks the record of a scenario; a second time it is there at once. */
function record(run: number, scenario: number): Promise<PageRecord> {
  const id = recordId(run, scenario);
  const found = unpacked.get(id) ?? unpack(document.getElementById(id)?.textContent ?? "");
  unpacked.set(id, found);
  return found;
}

async function unpack(text: string): Promise<PageRecord> {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return JSON.parse(await new Response(stream).text()) as PageRecord;
}

/** The record of a scenario, undefined until it is there; an error in words. */
export function useRecord(run: number, scenario: number): PageRecord | string | undefined {
  const [held, setHeld] = useState<{ key: string; value: PageRecord | string }>();
  const key = recordId(run, scenario);
  useEffect(() => {
    let wanted = true;
    record(run, scenario).then(
      (value) => wanted && setHeld({ key, value }),
      (error: unknown) => wanted && setHeld({ key, value: `Its record cannot be read: ${error}` }),
    );
    return () => {
      wanted = false;
    };
  }, [key, run, scenario]);
  return held?.key === key ? held.value : undefined;
}
