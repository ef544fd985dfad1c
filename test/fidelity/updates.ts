import fc from "fast-check";

// What the areas about updates share.

/** The version of the release whose rules ours follow. */
export const VERSION = "2026.4.26";

/** A version around that one. */
export const version = fc.oneof(
  fc
    .tuple(fc.nat(2), fc.nat(30), fc.option(fc.nat(3), { nil: undefined }))
    .map(([minor, patch, beta]) => `2026.${minor + 4}.${patch}${beta === undefined ? "" : `-beta.${beta}`}`),
  fc.constantFrom(VERSION, "2026.4.27", "2026.5.1-beta.1"),
);
/** What a dist-tag points to, if it is there. */
export const tag = fc.option(version, { nil: null });

/** What the registry says of two dist-tags. */
export interface Tagged {
  beta: string | null;
  latest: string | null;
}

/** A registry with these tags, as our code asks it. */
export function lookUpIn({ beta, latest }: Tagged) {
  return async (name: string) => ({ beta, latest })[name] ?? undefined;
}

/** Calls that share the process's globals: one after the other. */
export function inTurn<Input, Output>(
  ask: (input: Input) => Promise<Output>,
): (input: Input) => Promise<Output> {
  let last: Promise<unknown> = Promise.resolve();
  return (input) => {
    const next = last.then(() => ask(input));
    last = next.catch(() => {});
    return next;
  };
}
