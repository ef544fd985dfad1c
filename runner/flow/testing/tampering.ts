/** What an expression may try to do to all that comes after it in its flow. */
export const TAMPERING: Readonly<Record<string, string>> = {
  "then of objects": "Object.prototype.then = function (resolve) { resolve(1) }",
  "then of objects, as a getter":
    "Object.defineProperty(Object.prototype, 'then', { get: () => (resolve) => resolve(1), configurable: true })",
  "then of lists": "Array.prototype.then = (resolve) => resolve([1, 1])",
  "then of functions": "Function.prototype.then = (resolve) => resolve(1)",
  "then of primitives":
    "for (const { prototype } of [String, Number, Boolean, Symbol, BigInt]) prototype.then = (resolve) => resolve(1)",
  "then of errors and dates":
    "for (const { prototype } of [Error, TypeError, Date, Map, Set, RegExp, Buffer, URL]) prototype.then = (resolve) => resolve(1)",
  "then of promises": "Promise.prototype.then = function (done) { return done(true) }",
  "catch and finally of promises":
    "Promise.prototype.catch = Promise.prototype.finally = () => Promise.resolve(true)",
  "the promises of a class": "Promise.resolve = Promise.all = Promise.race = Promise.reject = () => true",
  "a thenable": "vars.kept = { then(resolve) { resolve({ then(again) { again(1) } }) } }",
  "a prototype of prototypes":
    "Object.setPrototypeOf(Array.prototype, { then: (resolve) => resolve([1, 1]) })",
  "the prototype of the globals":
    "Object.setPrototypeOf(globalThis, { waitForCondition: () => true, reset: () => 1 })",
  "what makes primitives":
    "Object.prototype[Symbol.toPrimitive] = Object.prototype.valueOf = Object.prototype.toString = () => 2",
  "valueOf of numbers and texts":
    "for (const { prototype } of [Number, String, Boolean]) { prototype.valueOf = () => 2; prototype.toString = () => '2'; prototype[Symbol.toPrimitive] = () => 2 }",
  toJSON: "for (const { prototype } of [Object, Array, String, Number, Date]) prototype.toJSON = () => 'x'",
  "JSON and structuredClone":
    "(JSON.stringify = () => '{}', JSON.parse = () => ({ ok: true }), globalThis.structuredClone = () => true, globalThis.JSON = {})",
  iterators:
    "(Array.prototype[Symbol.iterator] = function* () {}, Object.getPrototypeOf([][Symbol.iterator]()).next = () => ({ done: true }), Object.getPrototypeOf(new Map().entries()).next = () => ({ done: true }))",
  "methods of lists":
    "for (const key of ['map', 'filter', 'find', 'some', 'every', 'push', 'includes', 'join', 'at', 'indexOf', 'concat', 'slice']) Array.prototype[key] = () => true",
  "Array.isArray and the keys of objects":
    "(Array.isArray = () => true, Array.from = () => [1], Object.keys = Object.entries = Object.values = () => [], Object.is = () => true)",
  "methods of texts":
    "for (const key of ['includes', 'startsWith', 'endsWith', 'match', 'search', 'trim', 'split', 'replace']) String.prototype[key] = () => true",
  "regular expressions":
    "(RegExp.prototype.test = RegExp.prototype.exec = () => ['x'], RegExp.prototype[Symbol.match] = () => ['x'])",
  "maps and sets":
    "for (const { prototype } of [Map, Set, WeakMap, WeakSet]) { prototype.get = prototype.has = prototype.set = prototype.add = prototype.forEach = () => true }",
  "getters and setters for all objects":
    "for (const key of ['0', '1', 'length', 'value', 'ok', 'size', 'text', 'messages', 'raw', 'error', 'thrown', 'verdict']) for (const owner of [Object.prototype, Array.prototype]) Object.defineProperty(owner, key, { get: () => 1, set() {}, configurable: true })",
  "species and constructors":
    "for (const owner of [Promise, Array, Map, Set, RegExp]) { Object.defineProperty(owner, Symbol.species, { get: () => function () { return [1, 1] } }); owner.prototype.constructor = function () { return [1, 1] } }",
  errors:
    "(Error.prepareStackTrace = () => 'x', Error.stackTraceLimit = 0, Error.captureStackTrace = () => {}, Error.prototype.name = 'SkipError', Error.prototype.message = 'x', Error.prototype.code = 'blocked', globalThis.Error = Object)",
  instanceof: "Object.defineProperty(Function.prototype, Symbol.hasInstance, { value: () => true })",
  "Reflect and Object":
    "(Reflect.apply = Reflect.get = Reflect.ownKeys = Object.create = Object.defineProperty = Object.getPrototypeOf = () => true)",
  "calls of functions":
    "Function.prototype.call = Function.prototype.apply = Function.prototype.bind = () => true",
  globals:
    "for (const key of ['Promise', 'Array', 'Object', 'Map', 'Boolean', 'Symbol', 'Reflect', 'undefined', 'Error', 'vars', 'config']) globalThis[key] = function () { return [1, 1] }",
  "functions of the flow API":
    "(globalThis.waitForCondition = vars.waitForCondition = () => true, globalThis.reset = vars.reset = () => 1, vars['find' + 'Skill'] = () => ({}), globalThis.transport = globalThis.state = globalThis.env = { getSnapshot: () => ({ messages: [] }) })",
  "functions of the flow API, by definition":
    "for (const key of ['waitForCondition', 'reset', 'findSkill', 'state', 'env', 'transport']) Object.defineProperty(globalThis, key, { value: () => true, writable: true, configurable: true, enumerable: true })",
  "members of the flow API":
    "(env.gateway.call = () => ({ ok: true }), transport.waitForOutbound = state.getSnapshot = () => ({ messages: [], text: 'x' }), env.gateway = {})",
  "what is frozen and sealed": "(Object.freeze(globalThis), Object.preventExtensions(vars))",
  "the entry and what is hidden":
    "(globalThis.$enter = () => true, Object.getOwnPropertyNames(globalThis).forEach((key) => { if (key.startsWith('$')) globalThis[key] = () => true }))",
  "an endless getter":
    "Object.defineProperty(Object.prototype, 'then', { get() { for (;;); }, configurable: true })",
};

/** An expression that does it, whatever it throws, and gives 1. */
export function tamper(attack: string): string {
  const statement = attack.startsWith("for ") ? `{ ${attack} }` : `${attack};`;
  return `(() => { try { ${statement} } catch {} return 1 })()`;
}
