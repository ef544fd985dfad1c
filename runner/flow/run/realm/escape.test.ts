import { describe, expect, it } from "vitest";
import { BlockedError } from "../../../base/errors.ts";
import { API, attack, CRAWL, FOREIGN } from "../../testing/attack.ts";
import { compileOrThrow, flowOfActions, run } from "../../testing/flows.ts";

describe("nothing that an expression can reach is the host's:", () => {
  it("every global, every name of the flow API, what they return, promise and throw", async () => {
    const found = await attack(`${CRAWL}
      const thrown = await reset().catch((error) => error);
      let blocked; try { readSkillStatus(env) } catch (error) { blocked = error }
      const given = [];
      const promise = transport.later((value) => { given.push(value); return value });
      const roots = {
        globalThis, vars, config, thrown, blocked, promise, given,
        iterator: transport[Symbol.iterator](), snapshot: state.getSnapshot(), later: await promise,
        call: await env.gateway.call('x'), url: new URL('http://a/?b=1'), query: new URL('http://a/?b=1').searchParams,
        entries: new URLSearchParams('a=1').entries(), controller: new AbortController(), signal: AbortSignal.abort(),
        reason: AbortSignal.abort().reason, buffer: Buffer.from('x'), encoded: new TextEncoder().encode('x'),
        clone: structuredClone(new Map([[1, { a: [1] }]])), decoder: new TextDecoder(), enter: globalThis.$enter, site: new Error('x').stack,
      };
      // The one list of the language's own that has no prototype.
      known.add(Array.prototype[Symbol.unscopables]);
      const bad = crawl(Object.entries(roots));
      return [bad, known.size > 1000];`);
    expect(found).toEqual([[], true]);
  });

  it.each([
    [
      "a getter's this and arguments",
      "findSkill([], Object.defineProperty({}, 'x', { enumerable: true, get: function () { seen.push(this, arguments); if (arguments.callee.caller !== null) seen.push(Object.create(null)); return 1 } }))",
    ],
    ["toJSON", "findSkill([], { toJSON() { seen.push(this, arguments); return {} } })"],
    [
      "toString and Symbol.toPrimitive",
      "joinPath({ [Symbol.toPrimitive]() { seen.push(this, arguments); return 'x' }, toString() { seen.push(arguments) } })",
    ],
    ["an iterator", "findSkill([], { *[Symbol.iterator]() { seen.push(this, arguments); yield 1 } })"],
    [
      "a thenable",
      "await findSkill([], { then(resolve, reject) { seen.push(resolve, reject, this); resolve(1) } })",
    ],
    [
      "a thenable that a callback gives",
      "await waitForCondition(() => ({ then(resolve, reject) { seen.push(resolve, reject, this); resolve(1) } }))",
    ],
    [
      "Symbol.species of an array",
      "{ class List extends Array { static get [Symbol.species]() { return function (...args) { seen.push(this, ...args); return [] } } }; findSkill([], List.of(1, 2)) }",
    ],
    [
      "Symbol.species of a promise",
      "{ const p = waitForCondition(() => 1); p.constructor = { [Symbol.species]: function (run) { seen.push(run); run((v) => seen.push(v), (v) => seen.push(v)) } }; seen.push(p.then()); await findSkill([], p) }",
    ],
    [
      "a custom inspect function",
      "{ const o = { [Symbol.for('nodejs.util.inspect.custom')](...args) { seen.push(...args); return 'x' } }; seen.push(joinPath(o)); vars.shown = o; }",
    ],
    [
      "a callback's arguments and caller",
      "await transport.later(function (given) { seen.push(given, arguments, this); if (arguments.callee.caller !== null) seen.push(Object.create(null)) })",
    ],
    [
      "the entry of the context",
      "{ seen.push(globalThis.$enter, globalThis.$enter()); try { globalThis.$enter = 1 } catch (error) { seen.push(error) } try { Object.defineProperty(globalThis, '$enter', { value: 1 }) } catch (error) { seen.push(error) } }",
    ],
    [
      "an error with a name that is no text",
      "{ const e = new Error('x'); e.name = Symbol('q'); try { e.stack } catch (error) { seen.push(error) } try { findSkill([], e) } catch (error) { seen.push(error) } }",
    ],
    [
      "an error with getters",
      "{ const e = new Error('x'); for (const key of ['name', 'message', 'stack', 'cause']) Object.defineProperty(e, key, { get() { seen.push(this, arguments); return { key } } }); seen.push(findSkill([], e)); }",
    ],
    [
      "call sites",
      "{ try { Error.prepareStackTrace = (error, sites) => { seen.push(...sites); return 'x' } } catch (error) { seen.push(error) } seen.push(new Error('x').stack); try { globalThis.Error = { prepareStackTrace: (error, sites) => seen.push(sites) } } catch (error) { seen.push(error) } try { null.x } catch (error) { seen.push(error.stack) } try { seen.push(Error.prepareStackTrace(new Error('x'), [{}, { toString() { seen.push(this, arguments); return 'x' } }])) } catch (error) { seen.push(error) } const o = {}; Error.captureStackTrace(o); seen.push(o.stack); Object.prototype[Symbol.toPrimitive] = function () { seen.push(this) }; new Error('y').stack; delete Object.prototype[Symbol.toPrimitive] }",
    ],
    [
      "a getter that throws outside",
      "try { findSkill([], { get x() { findSkill([], { get y() { throw new RangeError('in') } }) } }) } catch (error) { seen.push(error) }",
    ],
    [
      "too deep a value",
      "{ let deep = {}; for (let i = 0; i < 100000; i++) deep = { deep }; try { findSkill([], deep) } catch (error) { seen.push(error) } }",
    ],
    [
      "setters of the prototypes",
      "{ for (const [owner, key] of [[Object.prototype, 'text'], [Array.prototype, 0]]) try { Object.defineProperty(owner, key, { set(value) { seen.push(this, value) }, configurable: true }) } catch (error) { seen.push(error) } seen.push(state.getSnapshot()) }",
    ],
    [
      "methods of other objects",
      "{ const { later } = transport; try { later.call({}) } catch (error) { seen.push(error) } try { Object.getOwnPropertyDescriptor(Object.getPrototypeOf(transport), 'inner').get.call({}) } catch (error) { seen.push(error) } seen.push(later.apply.constructor) }",
    ],
    [
      "replaced built-ins",
      "{ const set = WeakMap.prototype.set; WeakMap.prototype.set = WeakMap.prototype.get = Map.prototype.get = Map.prototype.set = function (...args) { seen.push(...args) }; const then = Promise.prototype.then; seen.push(state.getSnapshot(), await env.gateway.call('x')); }",
    ],
    [
      "symbols of Node",
      "for (const value of [transport, env, new URL('http://a'), AbortSignal.abort()]) seen.push(...Object.getOwnPropertySymbols(value).map((key) => value[key]))",
    ],
  ])("%s", async (_name, statements) => {
    const found = await attack(`${statements}; return [seen.filter(foreign).length, seen.length > 0]`);
    expect(found).toEqual([0, expect.any(Boolean)]);
  });

  it.each([
    [
      "a thenable as a statement's value",
      '- set: x\n  value: { expr: "({ then(resolve, reject) { vars.seen.push(resolve, reject, this); resolve(1) } })" }',
    ],
    [
      "a thenable in a list, a mapping and a message",
      `- call: findSkill
  args:
    - [{ expr: "({ then(resolve) { vars.seen.push(resolve); resolve(1) } })" }]
    - { a: { expr: "({ then(resolve) { vars.seen.push(resolve); resolve(1) } })" } }
  saveAs: y
- try:
    actions:
      - assert: { expr: "y.none", message: { expr: "({ then(resolve) { vars.seen.push(resolve); resolve('x') } })" } }
    catchAs: caught
    catch: [{ set: z, value: { expr: "vars.seen.push(caught, caught.thrown, caught.stack)" } }]`,
    ],
    [
      "what a failed assert shows",
      `- set: odd
  value: { expr: "({ [Symbol.for('nodejs.util.inspect.custom')](...args) { vars.seen.push(...args); return 'x' }, get x() { vars.seen.push(this); return 1 } })" }
- try:
    actions: [{ assert: odd === 1 }]
    catch: [{ assert: "true || odd" }]`,
    ],
    [
      "the sides of a comparison",
      `- try:
    actions:
      - assert: "({ [Symbol.toPrimitive](...args) { vars.seen.push(this, ...args); return 1 } }) < 1"
    catchAs: caught
    catch: [{ set: z, value: { expr: "vars.seen.push(caught)" } }]`,
    ],
    [
      "the items of a loop",
      `- forEach:
    items: { expr: "Object.defineProperties([1, 2], { entries: { value() { vars.seen.push(this, arguments); return [] } }, [Symbol.iterator]: { value: function* () { vars.seen.push(arguments) } } })" }
    item: each
    actions: [{ set: last, value: { ref: each } }]
- set: z
  value: { expr: "vars.seen.push(last)" }`,
    ],
    [
      "literals, lists and mappings of the YAML",
      `- set: literal
  value: { list: [1, { a: [] }], text: x }
- set: z
  value: { expr: "vars.seen.push(literal, literal.list, literal.list[1], literal.list[1].a)" }`,
    ],
    [
      "an error that a statement catches, with all that it holds",
      `- try:
    actions: [{ call: reset }]
    catchAs: caught
    catch: [{ set: z, value: { expr: "vars.seen.push(caught, caught.details, caught.details.list, caught.constructor)" } }]`,
    ],
  ])("%s", async (_name, statements) => {
    const judged: unknown[] = [];
    const flow = compileOrThrow(
      flowOfActions(
        `- set: seen\n  value: []\n${statements}\n- call: joinPath\n  args: [{ expr: "seen.filter(${FOREIGN.replaceAll(/\s+/g, " ")}).length" }]`,
      ),
    );
    const { error } = await run(flow, { api: { ...API, joinPath: (count: unknown) => judged.push(count) } });
    expect(error).toBeUndefined();
    expect(judged).toEqual([0]);
  });

  it.each([
    "(() => {}).constructor('return process')()",
    "(async () => {}).constructor('return process')()",
    "(function* () {}).constructor('return process')()",
    "Object.getPrototypeOf(async function* () {}).constructor('return process')()",
    "state.getSnapshot().messages.constructor.constructor('return process')()",
    "state.getSnapshot.constructor('return process')()",
    "URL.constructor('return process')()",
    "env.gateway.call.constructor('return process')()",
    "Buffer.from('x').constructor.constructor('return process')()",
    "transport.later().constructor.constructor('return process')()",
    "transport.constructor.constructor('return process')()",
    "config.constructor.constructor('return process')()",
    "vars.constructor.constructor('return process')()",
    "setTimeoutOf(globalThis)",
    "Reflect.construct(Function, ['return process'])()",
    "(0, eval)('process')",
    "((F) => new F('return import(\"node:fs\")'))(Function)()",
  ])("%s gives nothing", async (expression) => {
    const found = await attack(
      `const setTimeoutOf = (where) => where.setTimeout ?? where.process ?? where.Proxy ?? where.WebAssembly ?? where.console ?? null; try { return [${expression}, 'no error'] } catch (error) { return [null, error.name] }`,
    );
    expect(found).toEqual([null, expect.stringMatching(/EvalError|no error/)]);
  });
});

it("what a permission gives is not there without it, under whatever name", async () => {
  const names = ["fs", "process", "require", "setTimeout", "setImmediate"];
  expect(
    await attack(`return ${JSON.stringify(names)}.map((name) => typeof (globalThis[name] ?? vars[name]))`),
  ).toEqual(names.map(() => "undefined"));
});

it("an error is the same on its way through an expression", async () => {
  const rethrow =
    "(() => { try { readSkillStatus(env) } catch (error) { if (!(error instanceof Error) || error.code !== 'blocked') throw 1; throw error } })()";
  const later =
    "await (async () => { try { await Promise.reject(await transport.later(() => readSkillStatus(env))) } catch (error) { throw error } })()";
  for (const expression of [rethrow, later]) {
    const flow = compileOrThrow(flowOfActions(`- set: x\n  value: { expr: ${JSON.stringify(expression)} }`));
    expect(await run(flow, { api: API })).toMatchObject({
      status: "blocked",
      error: { thrown: expect.any(BlockedError) },
    });
  }
});

it("what a scenario does to its prototypes and globals ends with it", async () => {
  const before = Object.getOwnPropertyNames(Array.prototype).concat(
    Object.getOwnPropertyNames(Object.prototype),
  );
  await attack(`Object.getPrototypeOf(state.getSnapshot().messages).filter = () => [];
    Object.getPrototypeOf(state.getSnapshot()).verdict = 'passed';
    Object.getPrototypeOf(new URL('http://a')).toString = () => 'mine'; URL.canParse = () => 1; env.gateway.pid = 7;
    Object.getPrototypeOf(transport).later = null; Buffer.from = null; Promise.prototype.then = null; JSON.parse = null`);
  expect(
    Object.getOwnPropertyNames(Array.prototype).concat(Object.getOwnPropertyNames(Object.prototype)),
  ).toEqual(before);
  expect([1, 2].filter((value) => value > 1)).toEqual([2]);
  expect(API.env.gateway.pid).toBe(1);
  expect(API.transport.later).toBeTypeOf("function");
  const next = await attack(
    "return [[1, 2].filter((v) => v > 1), String(new URL('http://a/')), env.gateway.pid, ({}).verdict, Buffer.from('x').toString('hex')]",
  );
  expect(next).toEqual([[2], "http://a/", 1, undefined, "78"]);
});
