import { buildPackage } from "./package/build.ts";

// `node scripts/package.ts` builds the npm package into `.package`; `pnpm pack` does so first, and packs that folder.
const { folder, buildId } = await buildPackage();
process.stdout.write(`${folder} (build ${buildId})\n`);
