/** Of the process itself: the pipe from the runner, timers of its own. */
const OWN: ReadonlySet<string> = new Set(["FSReqCallback", "Immediate"]);

/**
 * Watches what keeps this process busy: servers, sockets, child processes and timers that a module of the scenario's has
 * opened, which the flow's own list of calls and timers cannot know.
 * @returns to be called when the flow has ended: what is open then and was not before, one line for each kind
 */
export function watchHandles(): () => string[] {
  const before = counts();
  return () =>
    [...counts()].flatMap(([kind, count]) => {
      const more = count - (before.get(kind) ?? 0);
      if (more <= 0) return [];
      return [
        `leak: ${more} ${kind} that a module of the scenario's had opened ${more === 1 ? "was" : "were"} still open`,
      ];
    });
}

function counts(): Map<string, number> {
  const kinds = process.getActiveResourcesInfo().filter((kind) => !OWN.has(kind));
  return new Map([...Map.groupBy(kinds, (kind) => kind)].map(([kind, all]) => [kind, all.length]));
}
