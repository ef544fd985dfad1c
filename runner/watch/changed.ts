import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { UsageError } from "../base/errors.ts";

const run = promisify(execFile);

/** Of names, one for each changed file of a very large change. */
const LARGEST_OUTPUT = 256 * 1024 * 1024;

/**
 * The files that differ from where the work began: committed since then or not, removed, and new ones that git does not
 * ignore.
 * @param folder absolute; in the work tree
 * @param ref of the branch that the work is for, for instance `origin/main`; default: only what is not committed
 * @returns absolute paths
 * @throws UsageError where there is no work tree, and for what git does not know
 */
export async function changedFiles(folder: string, ref = "HEAD"): Promise<string[]> {
  const [root = ""] = await git(folder, ["rev-parse", "--show-toplevel"], "\n").catch((error: unknown) => {
    throw refusal(error, `--changed needs git, and ${folder} is in none of its work trees`);
  });
  const base = await git(root, ["merge-base", "--end-of-options", ref, "HEAD"], "\n").catch(
    (error: unknown) => {
      throw refusal(error, `git knows no common history of ${ref} and HEAD`);
    },
  );
  const [tracked, untracked] = await Promise.all([
    git(root, ["diff", "--name-only", "--no-renames", "-z", base[0] ?? "", "--"], "\0"),
    git(root, ["ls-files", "--others", "--exclude-standard", "-z"], "\0"),
  ]);
  return [...new Set([...tracked, ...untracked])].map((path) => join(root, path));
}

async function git(cwd: string, args: readonly string[], separator: string): Promise<string[]> {
  // Neither its configured pager nor its language may change what it prints.
  const { stdout } = await run("git", [...args], {
    cwd,
    maxBuffer: LARGEST_OUTPUT,
    env: { ...process.env, LC_ALL: "C" },
  });
  return stdout.split(separator).filter((entry) => entry !== "");
}

function refusal(error: unknown, message: string): UsageError {
  const { stderr = "", code } = error as { stderr?: string; code?: unknown };
  const why = code === "ENOENT" ? "git is not installed" : (stderr.trim().split("\n")[0] ?? "");
  return new UsageError(
    `${message}${why ? `: ${why}` : ""}`,
    "Name a commit, a tag or a branch that was fetched, for instance --changed origin/main. A shallow clone lacks the history: fetch it with `git fetch --unshallow`.",
  );
}
