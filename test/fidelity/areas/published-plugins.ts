import { type Brings, onEmbedded, onRelease } from "../../published/brings.ts";
import { installAll, PUBLISHED, type PublishedPlugin } from "../../published/install.ts";
import type { Area } from "../area.ts";
import { Finding } from "../findings.ts";

/** By the plugin's name: it is the same for every release. */
const measured = new Map<string, Promise<Brings>>();

/** What the plugins of test/published/plugins.json bring: tools, commands, hooks, routes, methods, services, channels. */
export const area: Area = {
  title: "Published plugins: what each brings",
  slow: true,
  obstacle: installAll,
  async compare(release) {
    const findings: Finding[] = [];
    // One after the other: each is a process that loads a release.
    for (const plugin of PUBLISHED) {
      const theirs = await onRelease(release, plugin);
      const ours = await here(plugin);
      const name = `${plugin.name}@${plugin.version}`;
      findings.push(Finding.sets(name, theirs.things, ours.things, reasons(theirs, ours)));
    }
    return findings;
  },
};

function here(plugin: PublishedPlugin): Promise<Brings> {
  const known = measured.get(plugin.name) ?? onEmbedded(plugin);
  measured.set(plugin.name, known);
  return known;
}

/** The diagnostics of the side that lacks something, for each thing. */
function reasons(theirs: Brings, ours: Brings): string {
  const here = explain(theirs.things.difference(ours.things), ours);
  const there = explain(ours.things.difference(theirs.things), theirs);
  return [here && `here: ${here}`, there && `there: ${there}`].filter(Boolean).join("; ");
}

function explain(lacks: ReadonlySet<string>, { error, diagnostics }: Brings): string {
  const found = [...lacks].map((thing) => {
    const name = thing.slice(thing.lastIndexOf(" ") + 1);
    return error ?? diagnostics.find((text) => text.includes(name)) ?? `no diagnostic names ${thing}`;
  });
  return [...new Set(found)].join("; ");
}
