import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parseDocument } from "yaml";
import { errorMessage, QaError } from "../base/errors.ts";
import { replaceFile } from "../base/files.ts";
import { isJsonObject } from "../base/json.ts";
import { withScript } from "./package-script.ts";
import {
  AGENTS_HEADING,
  agentsText,
  type ChosenLanes,
  lanesText,
  NEW_LANES,
  type SetUp,
  workflowText,
} from "./texts.ts";

/** What happens to a file. */
export interface PlannedFile {
  /** Relative to the repository, with slashes. */
  path: string;
  /** `leave` changes nothing. */
  does: "write" | "change" | "leave";
  /** In words: what is added, or why nothing is. */
  what?: string;
  /** The whole text afterwards; empty where nothing is done. */
  text: string;
}

const WORKFLOWS = ".github/workflows";
const WORKFLOW = `${WORKFLOWS}/gateway-qa.yml`;

/**
 * What `qa init` does to each file of a repository. Nothing that is there is overwritten: at most something is added to it.
 * @param root absolute
 * @param scenario the scenario's text
 */
export function planFiles(root: string, scenario: string, setUp: SetUp): PlannedFile[] {
  return [
    fresh(root, `qa/scenarios/${setUp.scenario}.md`, scenario),
    fresh(root, "qa/lanes.yaml", lanesText(setUp)),
    workflow(root, setUp),
    ...(setUp.hasPackage ? [script(root)] : []),
    agents(root, setUp),
    ...ignored(root),
  ];
}

/**
 * Does it. A file that has come to be there in the meantime is not overwritten.
 * @throws QaError `cannot-write`
 */
export async function writeFiles(root: string, files: readonly PlannedFile[]): Promise<void> {
  for (const { path, does, text } of files) {
    if (does === "leave") continue;
    const absolute = join(root, path);
    try {
      await mkdir(dirname(absolute), { recursive: true });
      if (does === "change") await replaceFile(absolute, text);
      else await writeFile(absolute, text, { flag: "wx" });
    } catch (error) {
      throw new QaError(`${path} cannot be written: ${errorMessage(error)}`, {
        code: "cannot-write",
        fault: "environment",
        hint: "What was named before it has been written; start again when this is possible.",
      });
    }
  }
}

function fresh(root: string, path: string, text: string): PlannedFile {
  return existsSync(join(root, path))
    ? { path, does: "leave", what: "is there already", text: "" }
    : { path, does: "write", text };
}

function workflow(root: string, setUp: SetUp): PlannedFile {
  if (existsSync(join(root, ".gitlab-ci.yml")) && !existsSync(join(root, ".github"))) {
    const what =
      "this repository is built by GitLab: `qa matrix --format gitlab` makes its jobs, see docs/ci.md";
    return { path: ".gitlab-ci.yml", does: "leave", what, text: "" };
  }
  const folder = join(root, WORKFLOWS);
  const known = (existsSync(folder) ? readdirSync(folder) : []).find(
    (name) => /\.ya?ml$/.test(name) && readFileSync(join(folder, name), "utf8").includes("gateway-qa"),
  );
  if (known === undefined) return fresh(root, WORKFLOW, workflowText(setUp));
  return { path: `${WORKFLOWS}/${known}`, does: "leave", what: "runs gateway-qa already", text: "" };
}

function script(root: string): PlannedFile {
  const path = "package.json";
  const text = withScript(readFileSync(join(root, path), "utf8"), "qa", "gateway-qa");
  if (text === undefined) return { path, does: "leave", what: "has a script qa already", text: "" };
  return { path, does: "change", what: "the script qa", text };
}

function agents(root: string, setUp: SetUp): PlannedFile {
  const path = "AGENTS.md";
  const text = agentsText(setUp);
  if (!existsSync(join(root, path))) return { path, does: "write", text };
  const before = readFileSync(join(root, path), "utf8");
  if (before.includes(AGENTS_HEADING) || before.includes("gateway-qa")) {
    return { path, does: "leave", what: "speaks of gateway-qa already", text: "" };
  }
  return { path, does: "change", what: "a paragraph", text: `${before.trimEnd()}\n\n${text}` };
}

/** Reports are no part of a repository; where nothing is ignored, nothing has to be. */
function ignored(root: string): PlannedFile[] {
  const path = ".gitignore";
  if (!existsSync(join(root, path))) return [];
  const before = readFileSync(join(root, path), "utf8");
  if (/^\/?reports\/?\s*$/m.test(before)) return [];
  const separator = before === "" || before.endsWith("\n") ? "" : "\n";
  return [{ path, does: "change", what: "the folder reports", text: `${before}${separator}reports/\n` }];
}

/**
 * The lanes that a workflow runs: those of a `qa/lanes.yaml` that is there already, on a push the ones that stay on the
 * embedded gateway, else those that are written.
 */
export function lanesOf(root: string): ChosenLanes {
  const path = join(root, "qa/lanes.yaml");
  // What is wrong with the file is for `qa check`.
  const { contents } = parseDocument(existsSync(path) ? readFileSync(path, "utf8") : "");
  const file: unknown = contents?.toJSON();
  const lanes = isJsonObject(file) && isJsonObject(file.lanes) ? Object.entries(file.lanes) : [];
  const known = lanes.filter(([name]) => /^[\w.-]+$/.test(name));
  if (known.length === 0) return NEW_LANES;
  const isOffline = ([, lane]: [string, unknown]) =>
    isJsonObject(lane) && Array.isArray(lane.gateways) && lane.gateways.every((each) => each === "embedded");
  const offline = known.filter(isOffline).map(([name]) => name);
  const others = known.map(([name]) => name).filter((name) => !offline.includes(name));
  return { push: offline.length > 0 ? offline : others, night: others.length > 0 ? others : offline };
}

/** Whom to ask, as lanes write it: the author's address, else the owner of the repository on GitHub. */
export function ownerOf(root: string): string {
  const { author, repository } = packageOf(root);
  const written = isJsonObject(author) ? String(author.email ?? "") : String(author ?? "");
  const [address] = /[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+/.exec(written) ?? [];
  const url = isJsonObject(repository) ? String(repository.url ?? "") : String(repository ?? "");
  const [, owner] = /(?:github\.com[/:]|^github:|^)([A-Za-z0-9][A-Za-z0-9-]*)\/[\w.-]+$/.exec(url) ?? [];
  return address ?? (owner === undefined ? "@me" : `@${owner}`);
}

function packageOf(root: string): { author?: unknown; repository?: unknown } {
  const path = join(root, "package.json");
  const value: unknown = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : {};
  return isJsonObject(value) ? value : {};
}
