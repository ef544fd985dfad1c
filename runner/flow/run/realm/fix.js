/**
 * What the language brings does not change in a flow's context: a `then` for all objects would settle each `await` as it
 * likes, a setter for a key would swallow what an action returns, and an `includes` that is always true would be in every
 * later assert. The text of this file is compiled in the context before any expression and evaluates to a function that
 * fixes classes, their prototypes and what these inherit from.
 */
(function fix(values) {
  const { defineProperty, getOwnPropertyDescriptor, getPrototypeOf, ownKeys } = Reflect;
  const { freeze, hasOwn } = Object;
  const isPrimitive = (value) => value === null || (typeof value !== "object" && typeof value !== "function");

  const owners = new Set();
  const visit = (value) => {
    if (isPrimitive(value) || value === globalThis || owners.has(value)) return;
    owners.add(value);
    visit(getPrototypeOf(value));
    for (const key of ["prototype", "constructor"]) {
      if (hasOwn(value, key)) visit(getOwnPropertyDescriptor(value, key).value);
    }
  };
  for (const value of values) visit(value);

  /**
   * Assigning to a member makes it an object's own, except where the prototype's cannot be written: so those that objects
   * often have of their own become accessors.
   */
  const share = (holder, key) => {
    const { configurable, enumerable, value, writable } = getOwnPropertyDescriptor(holder, key);
    if (!writable || !configurable) return;
    defineProperty(holder, key, {
      __proto__: null,
      enumerable,
      get() {
        return value;
      },
      set(given) {
        if (this === holder || isPrimitive(this)) return;
        const own = { __proto__: null, value: given, writable: true, enumerable: true, configurable: true };
        defineProperty(this, key, own);
      },
    });
  };
  for (const base of [Object.prototype, Function.prototype])
    for (const key of ownKeys(base)) share(base, key);
  // Not `constructor`: arrays are several times slower without the engine's own.
  const often = ["name", "message", "toString", "toLocaleString", "valueOf"];
  for (const owner of owners) {
    // Of classes the engine itself reads some members, such as `Error.stackTraceLimit`: they must be data.
    if (typeof owner === "function") continue;
    for (const key of often) if (hasOwn(owner, key)) share(owner, key);
  }
  for (const owner of owners) freeze(owner);
});
