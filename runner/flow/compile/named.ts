import { mistyped } from "../../base/suggest.ts";
import type { Diagnostics, SourceRange } from "../../scenario/source/diagnostic.ts";
import type { FlowDiagnosticCode } from "../codes.ts";

interface Named {
  /** What it is a name of, for people: `room`. */
  what: string;
  name: string;
  range: SourceRange;
}

/**
 * The rooms, sessions and plugins that the statements of a scenario name. Of one that nobody has written in, no message
 * comes: a mistyped name makes true what says that there is nothing.
 */
export class NamedThings {
  readonly #expected: Named[] = [];
  /** By what they are names of. */
  readonly #known = new Map<string, Set<string>>();
  /** What is written in statements that act: they may bring about what they only speak of. */
  readonly #written: string[] = [];

  /** Something is there by this name: a statement acts on it, or the front matter declares it. */
  know(what: string, name: string): void {
    const names = this.#known.get(what) ?? new Set();
    this.#known.set(what, names.add(name));
  }

  expect(named: Named): void {
    this.#expected.push(named);
  }

  /** @param text of a statement that acts */
  write(text: string): void {
    this.#written.push(text);
  }

  /** Warns of names that nothing acts on and that look like one that something does. */
  finish(diagnostics: Diagnostics<FlowDiagnosticCode>): void {
    for (const { what, name, range } of this.#expected) {
      const known = [...(this.#known.get(what) ?? [])];
      const meant = mistyped(name, known);
      if (meant === undefined || isSibling(name, meant)) continue;
      if (this.#written.some((text) => text.includes(name))) continue;
      diagnostics.warning(range, {
        code: "mistyped-name",
        message: `no other statement has anything to do with a ${what} \`${name}\``,
        hint: `Did you mean \`${meant}\`?`,
        fix: meant,
      });
    }
  }
}

/** Whether two names are of one kind, `room-1` and `room-2`, and neither is mistyped for the other. */
function isSibling(one: string, other: string): boolean {
  const [parts, others] = [one, other].map((name) => name.match(/\d+|[a-z]+|[^a-z\d]+/gi) ?? []);
  if (parts?.length !== others?.length) return false;
  return (parts ?? []).every((part, index) => {
    const counterpart = others?.[index] ?? "";
    return part === counterpart || [part, counterpart].every((each) => /^(?:\d+|[a-z]{1,2})$/i.test(each));
  });
}
