import { chmod, cp, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../../runner/base/places.js";
import { bundleProgram } from "./bundle.ts";
import { packGateway } from "./gateway.ts";
import { manifestOf } from "./manifest.ts";
import { noticesOf } from "./notices.ts";
import { writeTypes } from "./types.ts";

/** Where the package is built: `publishConfig.directory` of package.json. */
const PACKAGE = join(ROOT, ".package");

/** What the package takes from the checkout as it is. */
const COPIED: readonly string[] = [
  "README.md",
  "LICENSE",
  "CHANGELOG.md",
  "docs",
  "qa",
  "fixtures/openclaw-channel",
  "fixtures/plugins",
];
const SCHEMAS: readonly string[] = [
  "qa/lanes.schema.json",
  "qa/quarantine.schema.json",
  "qa/scenario.schema.json",
  "qa/steps.schema.json",
  "runner/bisect/bisect.schema.json",
  "runner/compat/compat.schema.json",
  "runner/parity/parity.schema.json",
  "runner/prove/crash.schema.json",
  "runner/prove/prove.schema.json",
  "runner/prove/proven.schema.json",
  "runner/prove/mutants.schema.json",
  "runner/prove/mutants-report.schema.json",
  "runner/prove/vacuous.schema.json",
  "runner/rehearse/rehearse.schema.json",
  "runner/report/schema/events.schema.json",
  "runner/report/schema/report.schema.json",
  "runner/results/merged.schema.json",
];

/**
 * Builds the npm package as it is published, in place of what an earlier build left.
 * @throws Error with the words of esbuild or of the gateway's build
 */
export async function buildPackage(): Promise<{ folder: string; buildId: string }> {
  const staging = `${PACKAGE}.${process.pid}`;
  await rm(staging, { recursive: true, force: true });
  try {
    const dist = join(staging, "dist");
    await mkdir(dist, { recursive: true });
    const gateway = await packGateway(dist);
    const { buildId, inputs } = await bundleProgram(dist, gateway);
    for (const path of COPIED) {
      await cp(join(ROOT, path), join(staging, path), { recursive: true, filter: isPublished });
    }
    for (const path of SCHEMAS) {
      const name = path.slice(path.lastIndexOf("/") + 1);
      await cp(join(ROOT, path), join(staging, "schemas", name));
    }
    await writeFile(join(staging, "package.json"), `${JSON.stringify(await manifestOf(), null, 2)}\n`);
    await writeTypes(dist);
    await writeFile(join(dist, "THIRD-PARTY.md"), await noticesOf(inputs));
    await chmod(join(dist, "main.js"), 0o755);
    await rm(PACKAGE, { recursive: true, force: true });
    await rename(staging, PACKAGE);
    return { folder: PACKAGE, buildId };
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

function isPublished(path: string): boolean {
  return !/\.test\.ts$|[\\/]docs[\\/](?:fidelity|images)[\\/]/.test(path);
}
