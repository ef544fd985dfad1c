import { mkdir, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { execa } from "execa";
import { ensureTool } from "../../runner/gateway/npm/tool.ts";
import { nodePackage, nodeProgramIn } from "../../runner/gateway/openclaw/node.ts";

/** What a user has besides a home: the program of their Node, the registry they install from, and folders of programs. */
interface Equipment {
  node: string;
  registry: string;
  path?: readonly string[];
}

/** Somebody else, who knows nothing of this checkout: with a home, a repository, and a Node. */
export class User {
  readonly repository: string;
  /** Where `npm install --global` installs. */
  readonly prefix: string;
  readonly #env: Record<string, string>;

  private constructor(home: string, { node, path = [] }: Equipment) {
    this.repository = join(home, "their plugin");
    this.prefix = join(home, "global");
    this.#env = {
      HOME: home,
      PATH: [dirname(node), join(this.prefix, "bin"), ...path, process.env.PATH].join(delimiter),
      npm_config_prefix: this.prefix,
      NO_COLOR: "1",
      AI_AGENT: "none",
      npm_config_update_notifier: "false",
      npm_config_audit: "false",
      npm_config_fund: "false",
    };
  }

  /**
   * @param home absolute folder, which must not exist
   * @param files of the repository, by their paths in it
   */
  static async create(
    home: string,
    files: Readonly<Record<string, string>>,
    equipment: Equipment,
  ): Promise<User> {
    const user = new User(home, equipment);
    await mkdir(user.prefix, { recursive: true });
    await writeFile(join(home, ".npmrc"), `registry=${equipment.registry}\n`);
    for (const [path, text] of Object.entries(files)) {
      const file = join(user.repository, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
    }
    return user;
  }

  /** Where the tool keeps things for this user. */
  get cache(): string {
    return join(String(this.#env.HOME), ".cache/gateway-qa");
  }

  /** Runs a program in the repository, to its end, without anything of this process's environment. */
  async run(program: string, ...args: string[]) {
    const result = await execa(program, args, {
      cwd: this.repository,
      env: this.#env,
      extendEnv: false,
      reject: false,
      stdin: "ignore",
    });
    const { exitCode, stdout, stderr } = result;
    return { exitCode, stdout, stderr };
  }

  /** Runs the installed package. */
  npx(...args: string[]) {
    return this.run("npx", "gateway-qa", ...args);
  }
}

/** The program of a Node of this version, which is installed once into the cache of who runs the tests. */
export async function installNode(version: string): Promise<string> {
  const name = nodePackage();
  if (name === undefined) throw new Error("no package carries Node for this machine");
  const folder = await installTool(name, version);
  const program = nodeProgramIn(folder, name);
  if (program === undefined) throw new Error(`${folder} has no Node`);
  return program;
}

/** The folder of programs of pnpm in this version, installed as above. */
export async function installPnpm(version: string): Promise<string> {
  return join(await installTool("pnpm", version), "node_modules/.bin");
}

function installTool(name: string, version: string): Promise<string> {
  const purpose = "which a test of the package needs";
  return ensureTool({ name, version, purpose }, AbortSignal.timeout(600_000));
}
