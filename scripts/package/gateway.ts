import { createHash } from "node:crypto";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDefect } from "../../fixtures/gateway/build/defects.ts";
import { buildPackage } from "../../fixtures/gateway/build/package.ts";
import { buildReleases } from "../../fixtures/gateway/build/releases.ts";
import { packFolder } from "../../runner/base/archive.ts";
import { BUILD_FILE } from "../../runner/gateway/embedded/build.ts";
import { RELEASES, releaseFolder } from "../../runner/gateway/embedded/release/releases.ts";

/**
 * Packs the embedded gateway and its releases into two files.
 * @returns a hash of both
 */
export async function packGateway(dist: string): Promise<string> {
  const build = await buildPackage();
  const releases = await buildReleases(
    RELEASES.map(({ version, defect = "" }) => ({ version, ...(isDefect(defect) ? { defect } : {}) })),
  );
  const folder = await mkdtemp(join(tmpdir(), "gateway-qa-pack-"));
  try {
    const gateway = join(folder, "gateway");
    for (const part of ["dist", "package.json"]) {
      await cp(join(build.root, part), join(gateway, part), { recursive: true });
    }
    const { version, buildId, faults } = build;
    await writeFile(
      join(gateway, BUILD_FILE),
      JSON.stringify({ version, buildId, faults, entry: "dist/entry.js" }),
    );
    for (const release of releases) {
      await cp(release.root, join(folder, "releases", releaseFolder(release)), { recursive: true });
    }
    const hash = createHash("sha256");
    for (const name of ["gateway", "releases"]) {
      const packed = await packFolder(join(folder, name));
      hash.update(packed);
      await writeFile(join(dist, `${name}.br`), packed);
    }
    return hash.digest("hex");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
