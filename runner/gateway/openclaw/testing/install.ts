/** Installs a release into the cache given as the first argument, as a process of its own that a test can kill. */
import { ReleaseCache } from "../cache.ts";
import { ensureInstalled } from "../install.ts";

const [folder = "", version = ""] = process.argv.slice(2);
const { root } = await ensureInstalled(version, {
  cache: new ReleaseCache(folder),
  env: process.env,
  progress: { note: () => {}, during: (_what, work) => work() },
  signal: new AbortController().signal,
});
process.stdout.write(root);
