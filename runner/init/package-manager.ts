import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** How the user's repository installs packages and runs its scripts. */
export interface PackageManager {
  name: "npm" | "pnpm" | "yarn" | "bun";
  /** For a person. */
  install: string;
  /** For a CI service: what the lock file says and nothing else. */
  cleanInstall: string;
  /** What a script of package.json is started with; arguments follow. */
  script(name: string): string;
  addDevelopment(spec: string): string;
}

const LOCKS = {
  "pnpm-lock.yaml": "pnpm",
  "yarn.lock": "yarn",
  "bun.lock": "bun",
  "bun.lockb": "bun",
  "package-lock.json": "npm",
  "npm-shrinkwrap.json": "npm",
} as const;

const MANAGERS = {
  npm: {
    cleanInstall: "npm ci",
    script: (name: string) => `npm run ${name} --`,
    addDevelopment: (spec: string) => `npm install --save-dev ${spec}`,
  },
  pnpm: {
    cleanInstall: "corepack enable && pnpm install --frozen-lockfile",
    script: (name: string) => `pnpm ${name}`,
    addDevelopment: (spec: string) => `pnpm add --save-dev ${spec}`,
  },
  yarn: {
    cleanInstall: "corepack enable && yarn install --immutable",
    script: (name: string) => `yarn ${name}`,
    addDevelopment: (spec: string) => `yarn add --dev ${spec}`,
  },
  bun: {
    cleanInstall: "npx -y bun install --frozen-lockfile",
    script: (name: string) => `bun run ${name}`,
    addDevelopment: (spec: string) => `bun add --dev ${spec}`,
  },
} as const;

/**
 * By `packageManager` in package.json, else by the lock file: of the folder, or of the nearest one above it in the same
 * repository that has either. Without both it is npm, which then has no lock file to install from.
 */
export function packageManagerOf(root: string): PackageManager {
  for (let folder = root; ; folder = dirname(folder)) {
    const named = namedIn(folder);
    if (named) return manager(named);
    const lock = Object.keys(LOCKS).find((file) => existsSync(join(folder, file)));
    if (lock !== undefined) return manager(LOCKS[lock as keyof typeof LOCKS]);
    if (existsSync(join(folder, ".git")) || dirname(folder) === folder) break;
  }
  return { ...manager("npm"), cleanInstall: "npm install" };
}

function manager(name: PackageManager["name"]): PackageManager {
  return { name, install: `${name} install`, ...MANAGERS[name] };
}

function namedIn(folder: string): PackageManager["name"] | undefined {
  try {
    const { packageManager } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
      packageManager?: unknown;
    };
    const [name = ""] = typeof packageManager === "string" ? packageManager.split("@") : [];
    return isKnown(name) ? name : undefined;
  } catch {
    return undefined;
  }
}

function isKnown(name: string): name is PackageManager["name"] {
  return Object.hasOwn(MANAGERS, name);
}
