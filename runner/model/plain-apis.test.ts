import { inflateSync } from "node:zlib";
import { expect, onTestFinished, test } from "vitest";
import { Teardown } from "../base/teardown.ts";
import { Wakeups } from "../base/wakeups.ts";
import { startScriptedModel } from "./scripted.ts";

async function post(path: string, body: object): Promise<{ status: number; body: Record<string, unknown> }> {
  const teardown = new Teardown();
  onTestFinished(async () => {
    await teardown.run(5_000);
  });
  const { v1Url } = await startScriptedModel({ teardown, wakeups: new Wakeups() });
  const response = await fetch(v1Url + path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

interface Embedded {
  data: { embedding: number[] }[];
}

function similarity(a: readonly number[] = [], b: readonly number[] = []): number {
  return a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
}

test("texts with words in common are nearer to each other than others", async () => {
  const input = ["the keeper of the lighthouse", "Lighthouse keeper!", "seventeen green bottles"];
  const { status, body } = await post("/embeddings", { model: "text-embedding-3-small", input });
  const [keeper, alike, other] = (body as unknown as Embedded).data.map(({ embedding }) => embedding);
  expect(status).toBe(200);
  expect(similarity(keeper, keeper)).toBeCloseTo(1);
  expect(similarity(keeper, alike)).toBeGreaterThan(similarity(keeper, other) + 0.3);
});

test("embeddings come as numbers or as base64 of the same numbers", async () => {
  const request = { model: "m", input: "lighthouse" };
  const plain = ((await post("/embeddings", request)).body as unknown as Embedded).data[0]?.embedding ?? [];
  const encoded = (await post("/embeddings", { ...request, encoding_format: "base64" })).body;
  const bytes = Buffer.from(String((encoded.data as { embedding: string }[])[0]?.embedding), "base64");
  const decoded = Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readFloatLE(index * 4));
  expect(decoded).toEqual(plain.map(Math.fround));
});

test("an input that is not text is refused", async () => {
  expect((await post("/embeddings", { input: [1] })).status).toBe(400);
});

test("a generated image is a picture of the stated size, the same for the same prompt", async () => {
  const generate = async (prompt: string) => {
    const { body } = await post("/images/generations", { model: "gpt-image-1", prompt });
    return Buffer.from(String((body.data as { b64_json: string }[])[0]?.b64_json), "base64");
  };
  const png = await generate("a lighthouse");
  expect(png.subarray(1, 4).toString()).toBe("PNG");
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  const length = png.readUInt32BE(33);
  const pixels = inflateSync(png.subarray(41, 41 + length));
  expect(pixels.length).toBe(height * (1 + width * 3));
  expect(await generate("a lighthouse")).toEqual(png);
  expect(await generate("a harbour")).not.toEqual(png);
});
