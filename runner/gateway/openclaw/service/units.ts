import { existsSync } from "node:fs";
import { mkdir, readdir, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import type { UnitFacts } from "./properties.ts";
import { Unit, UnitError, type UnitOptions } from "./unit.ts";

/** Where units that are enabled are linked to. */
const WANTED = "default.target.wants";

/** All services of a home. */
export class Units {
  readonly folder: string;
  readonly #options: UnitOptions;
  readonly #units = new Map<string, Unit>();

  constructor(options: UnitOptions) {
    this.folder = options.folder;
    this.#options = options;
  }

  /** @param name with or without its `.service` */
  get(name: string): Unit {
    const full = fullName(name);
    const known = this.#units.get(full);
    if (known) return known;
    const unit = new Unit(full, this.#options);
    this.#units.set(full, unit);
    return unit;
  }

  async facts(name: string): Promise<UnitFacts> {
    const unit = this.get(name);
    const file = await unit.file();
    const needsReload = await unit.needsReload();
    return { name: unit.name, state: unit.state, file, isEnabled: this.isEnabled(unit.name), needsReload };
  }

  isEnabled(name: string): boolean {
    return existsSync(join(this.folder, WANTED, fullName(name)));
  }

  /** Names of the services that there are files of. */
  async names(): Promise<string[]> {
    const files = await readdir(this.folder).catch(() => []);
    return files.filter((file) => file.endsWith(".service")).sort();
  }

  /** @throws UnitError when there is no such unit */
  async enable(name: string): Promise<void> {
    const full = fullName(name);
    if ((await this.get(full).file()) === undefined) {
      throw new UnitError(`Failed to enable unit: Unit file ${full} does not exist.`);
    }
    await this.disable(full);
    await mkdir(join(this.folder, WANTED), { recursive: true });
    await symlink(join(this.folder, full), join(this.folder, WANTED, full));
  }

  async disable(name: string): Promise<void> {
    await rm(join(this.folder, WANTED, fullName(name)), { force: true });
  }

  async reload(): Promise<void> {
    await Promise.all([...this.#units.values()].map((unit) => unit.reload()));
  }

  resetFailed(): void {
    for (const unit of this.#units.values()) unit.resetFailed();
  }

  /** Ends all of them, killing what has not ended within the limit. */
  async stop(timeoutMs: number): Promise<void> {
    await Promise.all([...this.#units.values()].map((unit) => unit.stop(timeoutMs)));
  }
}

/** Names without a kind are services. */
export function fullName(name: string): string {
  return /\.[a-z]+$/.test(name) ? name : `${name}.service`;
}
