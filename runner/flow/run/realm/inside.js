// biome-ignore-all lint/suspicious/noShadowRestrictedNames: the classes of the context, before an expression can replace them
/**
 * The inner side of a flow's border. The text of this file is compiled in the flow's context before any expression and
 * evaluates to a function, which gets the outer side (outside.ts) and what fixes values (fix.js), and returns what the
 * outer side may call.
 *
 * The invariant: **nothing that expressions can reach was made outside of the context.** Values come in through `take`,
 * which copies data and puts a stand-in made here in place of a function or of an object that lives outside. Whatever is
 * thrown while control is outside, even for want of stack, passes `sane`. Getters, `valueOf` and the like are called in
 * here, from strict code. There is no `Proxy` in the context: through its traps an expression would see argument lists that
 * the outer side makes.
 */
(function enclose(outside, fix) {
  // Taken before an expression can change them.
  const global = globalThis;
  const { apply, defineProperty, deleteProperty, getOwnPropertyDescriptor, getPrototypeOf } = Reflect;
  const { ownKeys } = Reflect;
  const { Object } = global;
  const { create, freeze, keys: keysOf, prototype: ObjectPrototype, hasOwn } = Object;
  const {
    Promise,
    Map,
    Set,
    Date,
    RegExp,
    Error,
    TypeError,
    RangeError,
    Uint8Array,
    ArrayBuffer,
    WeakMap,
    SuppressedError,
  } = global;
  const uncurry = (method) => Function.prototype.call.bind(method);
  const weakGet = uncurry(WeakMap.prototype.get);
  const weakSet = uncurry(WeakMap.prototype.set);
  const mapGet = uncurry(Map.prototype.get);
  const mapSet = uncurry(Map.prototype.set);
  const setAdd = uncurry(Set.prototype.add);
  const isEnumerable = uncurry(ObjectPrototype.propertyIsEnumerable);
  const isPrototypeOf = uncurry(ObjectPrototype.isPrototypeOf);
  const then = uncurry(Promise.prototype.then);
  const setBytes = uncurry(getPrototypeOf(Uint8Array.prototype).set);
  const errorText = uncurry(Error.prototype.toString);
  const classes = { __proto__: null };
  for (const name of ownKeys(global)) if (typeof global[name] === "function") classes[name] = global[name];
  const exhausted = new RangeError("Maximum call stack size exceeded");

  /** Object from outside to what stands for it here, and back. Only what has an identity is in them. */
  const insides = new WeakMap();
  const originals = new WeakMap();
  /** Function made here to the one outside that it calls. What hands it back outside does not give that one away. */
  const callees = new WeakMap();
  const link = (inner, outer) => {
    weakSet(insides, outer, inner);
    weakSet(originals, inner, outer);
    return inner;
  };
  const text = (value) => (typeof value === "string" ? value : `${value}`);
  const isPrimitive = (value) => value === null || (typeof value !== "object" && typeof value !== "function");

  const isOurs = (value) => {
    for (let link = value; link !== null; link = getPrototypeOf(link))
      if (link === ObjectPrototype) return true;
    return false;
  };

  /** What was thrown, as an expression may see it. */
  const sane = (thrown) => {
    try {
      if (isPrimitive(thrown)) return thrown;
      if (!isOurs(thrown)) return take(thrown);
      if (isPrototypeOf(SuppressedError.prototype, thrown)) {
        // Made by the engine of what `using` and its block threw.
        put(thrown, "error", sane(thrown.error), false);
        put(thrown, "suppressed", sane(thrown.suppressed), false);
      }
      return thrown;
    } catch {
      return exhausted;
    }
  };

  /** Does something outside and takes in what comes of it. */
  const cross = (operation, a, b, c) => {
    try {
      return take(operation(a, b, c));
    } catch (thrown) {
      throw sane(thrown);
    }
  };

  const put = (target, key, value, enumerable = true) =>
    defineProperty(target, key, { __proto__: null, value, writable: true, enumerable, configurable: true });

  /** Faster than `put`: no prototype has a setter that keeps it to itself. */
  const assign = (copy, key, value) => {
    if (key === "__proto__") put(copy, key, value);
    else copy[key] = value;
  };

  function take(value, seen = new Map()) {
    if (isPrimitive(value)) return value;
    const known = weakGet(insides, value) ?? mapGet(seen, value);
    if (known !== undefined) return known;
    if (typeof value === "function") return takeFunction(value);
    const kind = outside.kind(value);
    if (kind === "hidden") return undefined;
    if (kind === "live") return takeLive(value);
    if (kind === "iterator") return takeIterator(value);
    if (kind === "promise") return takePromise(value);
    if (kind === "error") return takeError(value, seen);
    const copy = emptyCopy(kind, value);
    mapSet(seen, value, copy);
    if (kind === "list") {
      for (let index = 0; index < value.length; index += 1) assign(copy, index, take(value[index], seen));
    } else if (kind === "record") {
      const keys = keysOf(value);
      for (let index = 0; index < keys.length; index += 1)
        assign(copy, keys[index], take(value[keys[index]], seen));
    } else if (kind === "map") {
      outside.eachEntry(value, (key, member) => mapSet(copy, take(key, seen), take(member, seen)));
    } else if (kind === "set") {
      outside.eachEntry(value, (member) => setAdd(copy, take(member, seen)));
    }
    return copy;
  }

  function emptyCopy(kind, value) {
    switch (kind) {
      case "list":
        return [];
      case "record":
        return getPrototypeOf(value) === null ? create(null) : {};
      case "map":
        return new Map();
      case "set":
        return new Set();
      case "date":
        return new Date(+value);
      case "boxed":
        return Object(outside.unbox(value));
      case "regexp":
        return new RegExp(value.source, value.flags);
      case "memory": {
        const copy = new ArrayBuffer(value.byteLength);
        setBytes(new Uint8Array(copy), outside.bytesOf(value));
        return copy;
      }
      case "buffer":
        return new (buffer())(value);
      default:
        // A typed array, by the name of its class.
        return new classes[kind](value);
    }
  }

  function takeError(value, seen) {
    const copy = new (classes[outside.errorClass(value)] ?? Error)("");
    link(copy, value);
    put(copy, "message", text(value.message), false);
    put(copy, "stack", text(value.stack), false);
    if (copy.name !== value.name) put(copy, "name", text(value.name), false);
    if (hasOwn(value, "cause")) put(copy, "cause", take(value.cause, seen), false);
    if (hasOwn(value, "errors")) put(copy, "errors", take(value.errors, seen), false);
    const keys = keysOf(value);
    for (let index = 0; index < keys.length; index += 1) {
      if (!hasOwn(copy, keys[index])) put(copy, keys[index], take(value[keys[index]], seen));
    }
    return copy;
  }

  /** The first that looks at the promise, be it with `await`, `then` or `Promise.all`, asks for its constructor. */
  function takePromise(value) {
    let settle;
    let fail;
    const promise = new Promise((resolve, reject) => {
      settle = resolve;
      fail = reject;
    });
    // A call that nobody awaits is noted as a leak; its failure must not end the process as well.
    then(promise, undefined, () => undefined);
    defineProperty(promise, "constructor", {
      __proto__: null,
      configurable: true,
      get() {
        deleteProperty(promise, "constructor");
        outside.looked(value);
        return Promise;
      },
    });
    const settleSafely = (thrown, result) => {
      try {
        if (thrown) fail(sane(result));
        else settle(take(result));
      } catch (failure) {
        fail(sane(failure));
      }
    };
    outside.whenSettled(value, settleSafely);
    return link(promise, value);
  }

  function takeFunction(value) {
    if (value === outside.bufferClass) return buffer();
    const isClass = hasOwn(value, "prototype") && !isPrimitive(value.prototype);
    const inner = isClass
      ? function (...args) {
          return new.target ? make(value, args, new.target) : cross(outside.call, value, this, args);
        }
      : {
          call(...args) {
            return cross(outside.call, value, this, args);
          },
        }.call;
    weakSet(insides, value, inner);
    weakSet(callees, inner, value);
    put(inner, "name", text(value.name), false);
    if (isClass)
      defineProperty(inner, "prototype", { __proto__: null, value: prototypeFor(value.prototype) });
    mirror(inner, value, undefined);
    return freeze(inner);
  }

  function make(outerClass, args, newTarget) {
    const { prototype } = newTarget;
    try {
      const made = outside.construct(outerClass, args);
      if (outside.kind(made) !== "live") return take(made);
      return standIn(made, isPrimitive(prototype) ? ObjectPrototype : prototype);
    } catch (thrown) {
      throw sane(thrown);
    }
  }

  const takeLive = (value) => freeze(standIn(value, prototypeFor(getPrototypeOf(value))));

  function takeIterator(value) {
    const inner = standIn(value, prototypeFor(getPrototypeOf(value)));
    put(inner, "next", take(value.next), false);
    if (value.return) put(inner, "return", take(value.return), false);
    if (value.throw) put(inner, "throw", take(value.throw), false);
    return inner;
  }

  function standIn(value, prototype) {
    const inner = link(create(prototype), value);
    mirror(inner, value, undefined);
    return inner;
  }

  /** Stands for a prototype outside. It leads back to nothing: its methods go to the object that they are called on. */
  function prototypeFor(outer) {
    if (outer === null) return null;
    const known = weakGet(insides, outer);
    if (known !== undefined) return known;
    const inner = create(prototypeFor(getPrototypeOf(outer)));
    weakSet(insides, outer, inner);
    mirror(inner, outer, (self) => {
      const original = isPrimitive(self) ? undefined : weakGet(originals, self);
      if (original === undefined) throw new TypeError("this is not an object of that class");
      return original;
    });
    return freeze(inner);
  }

  /**
   * Gives `inner` the members of `outer`. Those that cannot be set there cannot be replaced here either: a wait stays the
   * wait that the flow API has.
   * @param ownerOf for a prototype: the object outside that a getter or setter is meant for
   */
  function mirror(inner, outer, ownerOf) {
    const members = outside.members(outer);
    for (let index = 0; index < members.length; index += 1) {
      const key = members[index];
      const { value, set, enumerable } = getOwnPropertyDescriptor(outer, key);
      if (ownerOf && typeof value === "function" && key !== "constructor") {
        put(inner, key, take(value), enumerable);
        continue;
      }
      defineProperty(inner, key, {
        __proto__: null,
        enumerable,
        get() {
          return cross(outside.read, ownerOf && key !== "constructor" ? ownerOf(this) : outer, key);
        },
        set:
          ownerOf && set
            ? function (given) {
                cross(outside.write, ownerOf(this), key, given);
              }
            : undefined,
      });
    }
  }

  /** Buffers hold their bytes in here; their methods work on a copy outside, from which the bytes come back. */
  let Buffer;
  let isBuffer = () => false;
  function buffer() {
    if (Buffer) return Buffer;
    Buffer = class Buffer extends Uint8Array {
      #brand;
      static {
        isBuffer = (value) => #brand in value;
      }
      slice(...args) {
        return this.subarray(...args);
      }
    };
    const { statics, methods } = outside.bufferMembers();
    for (let index = 0; index < statics.length; index += 1) {
      put(Buffer, statics[index].name, takeFunction(statics[index]), false);
    }
    for (let index = 0; index < methods.length; index += 1) {
      put(Buffer.prototype, methods[index].name, takeFunction(methods[index]), false);
    }
    freeze(Buffer.prototype);
    return freeze(Buffer);
  }

  // A fixed formatter: the default one reads the error from outside, and one of an expression's own would get call sites.
  let siteText;
  Error.prepareStackTrace = (_error, sites) => {
    siteText = uncurry(sites[0].toString);
    return "";
  };
  void new Error("").stack;
  const seal = (target, key, value) =>
    defineProperty(target, key, {
      __proto__: null,
      value,
      writable: false,
      enumerable: false,
      configurable: false,
    });
  seal(Error, "prepareStackTrace", (error, sites) => {
    let text = errorText(error);
    for (let index = 0; index < sites.length; index += 1) text += `\n    at ${siteText(sites[index])}`;
    return text;
  });
  seal(global, "Error", Error);

  // Among them is `Proxy`.
  for (const key of ownKeys(global)) if (!outside.isLanguageName(key)) deleteProperty(global, key);
  for (const name of keysOf(classes)) {
    const { outerClass } = outside.languageClass(name);
    if (!outerClass || !hasOwn(global, name)) continue;
    weakSet(insides, outerClass, global[name]);
    // So that `assert.throws(run, TypeError)` knows the class that is meant.
    if (outside.isErrorClass(name)) weakSet(originals, global[name], outerClass);
    if (outerClass.prototype && global[name].prototype) {
      weakSet(insides, outerClass.prototype, global[name].prototype);
    }
  }
  // Classes that have no name of their own.
  const hidden = [
    async () => undefined,
    function* () {},
    async function* () {},
    [][Symbol.iterator](),
    new Map()[Symbol.iterator](),
    new Set()[Symbol.iterator](),
    new Uint8Array(),
  ];
  const outerHidden = outside.hiddenSamples();
  for (let index = 0; index < hidden.length; index += 1) {
    let inner = getPrototypeOf(hidden[index]);
    for (
      let outer = getPrototypeOf(outerHidden[index]);
      inner !== ObjectPrototype;
      outer = getPrototypeOf(outer)
    ) {
      weakSet(insides, outer, inner);
      if (hasOwn(outer, "constructor") && !isPrimitive(outer.constructor))
        weakSet(insides, outer.constructor, inner.constructor);
      inner = getPrototypeOf(inner);
    }
  }

  // What a promise is rejected with passes the same way. `await` needs nothing: it throws into a `catch`.
  put(
    Promise.prototype,
    "then",
    {
      // biome-ignore lint/suspicious/noThenProperty: it is the one of promises
      then(onFulfilled, onRejected) {
        const rejected = (reason) => apply(onRejected, undefined, [sane(reason)]);
        return then(this, onFulfilled, typeof onRejected === "function" ? rejected : onRejected);
      },
    }.then,
    false,
  );

  const language = ownKeys(global).map((name) => [name, getOwnPropertyDescriptor(global, name).value]);
  const iterators = [
    ""[Symbol.iterator](),
    "".matchAll(/x/g),
    [].values().map(take),
    Iterator.from({ next() {} }),
  ];
  const intl = Object.values(Object.getOwnPropertyDescriptors(Intl)).map(({ value }) => value);
  fix([...language.map(([, value]) => value), ...intl, ...hidden, ...iterators]);
  for (const [name, value] of language) if (!outside.isSet(name)) seal(global, name, value);

  // Names cannot be replaced, except where the flow itself sets one: then the flow API's lies behind the variable.
  const behind = create(ObjectPrototype);
  Object.setPrototypeOf(global, behind);
  const getterOf = (name) => {
    if (name === "Buffer") return buffer;
    // With a permission, `process` and `require` are the real ones.
    return outside.isRaw(name) ? () => outside.named(name) : () => cross(outside.named, name);
  };
  const apiNames = outside.names();
  for (let index = 0; index < apiNames.length; index += 1) {
    const name = apiNames[index];
    const get = getterOf(name);
    if (outside.isSet(name)) {
      const set = (value) => put(global, name, value);
      defineProperty(behind, name, { __proto__: null, configurable: true, get, set });
    } else defineProperty(global, name, { __proto__: null, get });
  }
  if (outside.isSet("vars")) put(behind, "vars", global);
  else seal(global, "vars", global);
  seal(global, outside.caughtName, sane);

  let staged;
  seal(global, outside.entryName, () => {
    const call = staged;
    staged = undefined;
    return call?.();
  });

  const compare = (operator, left, right) => {
    switch (operator) {
      case "===":
        return left === right;
      case "!==":
        return left !== right;
      case "==":
        // biome-ignore lint/suspicious/noDoubleEquals: the scenario's own operator
        return left == right;
      case "!=":
        // biome-ignore lint/suspicious/noDoubleEquals: the scenario's own operator
        return left != right;
      case "<":
        return left < right;
      case "<=":
        return left <= right;
      case ">":
        return left > right;
      case ">=":
        return left >= right;
    }
  };

  const guarded = (run) => {
    try {
      return run();
    } catch (thrown) {
      throw sane(thrown);
    }
  };
  return {
    take: (value) => guarded(() => take(value)),
    original: (inner) => weakGet(originals, inner),
    callee: (inner) => weakGet(callees, inner),
    /** The same error, promise, function or bytes on both sides. */
    link,
    remember: (inner, outer) => void weakSet(insides, outer, inner),
    isBuffer: (value) => isBuffer(value),
    setBytes: (target, bytes) => setBytes(target, bytes),
    call: (callable, self, ...args) => guarded(() => apply(callable, self, args)),
    stage: (callable, ...args) => {
      staged = () => guarded(() => apply(callable, undefined, args));
    },
    settle: async (value, settled) => {
      let result;
      try {
        result = await value;
      } catch (thrown) {
        settled(true, sane(thrown));
        return;
      }
      settled(false, result);
    },
    read: (name) => guarded(() => global[name]),
    write: (name, value) => put(global, name, value),
    isVariable: (name) => isEnumerable(global, name),
    member: (owner, key) => guarded(() => (owner === null || owner === undefined ? undefined : owner[key])),
    compare: (operator, left, right) => guarded(() => compare(operator, left, right)),
    list: (...items) => items,
    record: (...pairs) => {
      const record = {};
      for (let index = 0; index < pairs.length; index += 2) put(record, pairs[index], pairs[index + 1]);
      return record;
    },
    rename: (callable, name) => put(callable, "name", name, false) && callable,
  };
});
