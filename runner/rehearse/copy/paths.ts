import { isAbsolute, join, relative, sep } from "node:path";
import { isWithin } from "../../base/paths.ts";
import type { PlaceKind } from "./allow-list.ts";

/** A folder of the installation that has a counterpart in the copy. */
export interface Place {
  kind: PlaceKind;
  /** Absolute, as the installation names it. */
  original: string;
  /** Below the root of the copy, with forward slashes. */
  copy: string;
}

/** The places of an installation: the deepest that a path lies in decides about it. */
export class Places {
  readonly all: readonly Place[];

  constructor(places: readonly Place[]) {
    this.all = [...places].sort((one, other) => other.original.length - one.original.length);
  }

  /** What all paths of the places begin with. */
  get common(): string {
    const [first = "", ...others] = this.all.map(({ original }) => original);
    let length = first.length;
    while (!others.every((other) => other.startsWith(first.slice(0, length)))) length -= 1;
    return first.slice(0, length);
  }

  /** The place of a path, and the path in it; undefined for what lies in none. @param path absolute */
  find(path: string): { place: Place; path: string } | undefined {
    const place = this.all.find(({ original }) => isWithin(path, original));
    return place && { place, path: relative(place.original, path).split(sep).join("/") };
  }

  /** Where a path of the installation lies in a copy; undefined where it has no counterpart. */
  counterpart(path: string, root: string): string | undefined {
    const found = isAbsolute(path) ? this.find(path) : undefined;
    return found && join(root, found.place.copy, found.path);
  }

  /** Leads all paths in a text of JSON into a copy. */
  rewrite(text: string, root: string): string {
    return this.all.reduce((done, { original, copy }) => {
      // What follows ends a name: another folder may begin with the same letters.
      const pattern = new RegExp(`${escaped(original)}(?=[/"'\\\\\\s)\`,;:]|$)`, "g");
      return done.replace(pattern, () => join(root, copy));
    }, text);
  }
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
