/**
 * An object as it is, with some members added or replaced. A copy would lose what getters return later, and a
 * derived object cannot reach private members.
 */
export function overlay<T extends object, Members extends object>(
  target: T,
  members: Members,
): Omit<T, keyof Members> & Members {
  const isOverlaid = (name: PropertyKey) => Object.hasOwn(members, name);
  const overlaid: object = new Proxy<object>(target, {
    get(_target, name) {
      if (isOverlaid(name)) return Reflect.get(members, name);
      const value: unknown = Reflect.get(target, name, target);
      // Methods of a class with private members work on the object itself only.
      return typeof value === "function" ? value.bind(target) : value;
    },
    has: (_target, name) => isOverlaid(name) || Reflect.has(target, name),
  });
  return overlaid as Omit<T, keyof Members> & Members;
}
