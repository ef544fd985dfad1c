import { createHash } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { readJsonObject, replaceJsonFile } from "../base/files.ts";
import { userCache } from "../base/user-cache.js";
import type { Environment } from "../gateway/process/env.ts";
import type { JudgedRelease } from "./compat-schema.ts";

/**
 * What an interrupted comparison had judged already. It is kept in the user's cache until one comes to its end that was
 * asked for in the same way.
 */
export class KeptJudgements {
  readonly #file: string;
  readonly #judged = new Map<string, JudgedRelease>();

  private constructor(file: string) {
    this.#file = file;
  }

  /** @param asked everything that decides about the answers; what cannot be read is forgotten */
  static async open(env: Environment, asked: unknown): Promise<KeptJudgements> {
    const folder = join(userCache(env), "compat");
    const key = createHash("sha256").update(JSON.stringify(asked)).digest("hex").slice(0, 24);
    const kept = new KeptJudgements(join(folder, `${key}.json`));
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const { judged } = await readJsonObject(kept.#file).catch(() => ({ judged: [] }));
    for (const each of Array.isArray(judged) ? (judged as JudgedRelease[]) : [])
      kept.#judged.set(each.gateway, each);
    return kept;
  }

  of(gateway: string): JudgedRelease | undefined {
    return this.#judged.get(gateway);
  }

  async add(judged: JudgedRelease): Promise<void> {
    this.#judged.set(judged.gateway, judged);
    await replaceJsonFile(this.#file, { judged: [...this.#judged.values()] });
  }

  async done(): Promise<void> {
    await rm(this.#file, { force: true });
  }
}
