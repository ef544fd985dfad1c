/** Of the process itself, and what ends by itself: reads and closes of files that are under way. */
const OWN: ReadonlySet<string> = new Set(["FSReqCallback", "FSReqPromise", "CloseReq", "Immediate"]);

/** How many handles are open, by their kind. */
type Counts = ReadonlyMap<string, number>;

/**
 * Watches what keeps this process busy: servers, sockets, child processes and timers that a module of the scenario's has
 * opened, which the flow's own list of calls and timers cannot know.
 */
export class HandleWatch {
  readonly #before = counts();
  readonly #steps: { name: string; open: Counts }[] = [];

  stepEnded(name: string): void {
    this.#steps.push({ name, open: counts() });
  }

  /** What is open and was not before the flow: one line for each kind, with the step that it is open since. */
  leaks(): string[] {
    return [...counts()].flatMap(([kind, count]) => {
      const before = (this.#before.get(kind) ?? 0) + (kind === PIPE ? openedToPrint() : 0);
      const more = count - before;
      if (more <= 0) return [];
      const quiet = this.#steps.findLastIndex(({ open }) => (open.get(kind) ?? 0) <= before);
      const step = this.#steps[quiet + 1];
      const since = step ? `in step "${step.name}"` : "after the last step";
      return [
        `${more} ${kind}, opened ${since} by a module of the scenario's, ${more === 1 ? "was" : "were"} still open`,
      ];
    });
  }
}

const PIPE = "PipeWrap";

/** How many of the pipes that a process prints to have been opened: Node opens each when something first asks for it. */
function openedToPrint(): number {
  const open = counts().get(PIPE) ?? 0;
  const streams = [process.stdout, process.stderr];
  return Math.max(0, streams.length - ((counts().get(PIPE) ?? 0) - open));
}

function counts(): Counts {
  const kinds = process.getActiveResourcesInfo().filter((kind) => !OWN.has(kind));
  return new Map([...Map.groupBy(kinds, (kind) => kind)].map(([kind, all]) => [kind, all.length]));
}
