import { BlockedError } from "../../base/errors.ts";
import { compileOrThrow, flowOfActions, run } from "./flows.ts";

/** Stands for what actions hand out: an object with a prototype of its own, callbacks, promises, errors. */
class Machine {
  size = 1;
  #inner = { list: [1], when: new Date(0) };
  get inner() {
    return this.#inner;
  }
  async later(callback?: (value: unknown) => unknown): Promise<unknown> {
    return [await callback?.({ given: [new Map([[1, new Set([2])]])] })];
  }
  *[Symbol.iterator]() {
    yield this.#inner;
  }
}

/** What the attacked flows can call. */
export const API = {
  fs: { readFile: async () => "a file" },
  env: { gateway: { call: async () => ({ deep: [{}] }), pid: 1, runtimeEnv: { PATH: "/bin" } } },
  state: {
    getSnapshot: () => ({ messages: [{ text: "hi" }], tags: new Set(["a"]), bytes: Buffer.from("x") }),
  },
  transport: new Machine(),
  reset: () => Promise.reject(Object.assign(new TypeError("no"), { code: "E", details: { list: [1] } })),
  waitForCondition: async (check: () => unknown) => check(),
  findSkill: (_list: unknown, value: unknown) => value,
  readSkillStatus: () => {
    throw new BlockedError("process", "no process");
  },
};

/** Whether a value is made of what the context has: every chain of prototypes must end in its own. */
export const FOREIGN = `(value) => {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return false;
  for (let link = value; link !== null; link = Object.getPrototypeOf(link)) if (link === Object.prototype) return false;
  return true;
}`;

/**
 * What the body of an async function gives in an expression. It finds `foreign`, which tells whether a value is the
 * host's, and an empty list `seen`.
 * @param api more that it can call
 */
export async function attack(body: string, api: Record<string, unknown> = {}) {
  const found: unknown[] = [];
  const expression = `await (async (foreign, seen) => { ${body} })(${FOREIGN}, [])`;
  const actions = `- call: joinPath\n  args:\n    - expr: ${JSON.stringify(expression)}`;
  const joinPath = (...parts: unknown[]) => {
    found.push(...parts);
    return parts.join("/");
  };
  const { error } = await run(compileOrThrow(flowOfActions(actions)), { api: { ...API, joinPath, ...api } });
  if (error) throw error;
  return found.at(-1);
}

/** Runs through all that can be reached from a list of values: members, getters, prototypes, symbols. */
export const CRAWL = `
  const known = new Set();
  const crawl = (roots) => {
    const open = [...roots];
    const bad = [];
    while (open.length > 0) {
      const [path, value] = open.pop();
      if (value === null || (typeof value !== 'object' && typeof value !== 'function') || known.has(value)) continue;
      known.add(value);
      if (foreign(value)) bad.push(path);
      open.push([path + '.__proto__', Object.getPrototypeOf(value)]);
      for (const key of Reflect.ownKeys(value)) {
        const { get, set, ...rest } = Object.getOwnPropertyDescriptor(value, key);
        open.push([path + '.get ' + String(key), get], [path + '.set ' + String(key), set], [path + '.' + String(key), rest.value]);
        if (!get) continue;
        try { open.push([path + '.' + String(key), value[key]]); } catch (error) { open.push([path + '!' + String(key), error]); }
      }
    }
    return bad;
  };`;
