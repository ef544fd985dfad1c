import { formatDuration, markdownTable, oneLine, plural, shorten } from "../base/text.ts";
import type { Finding, RehearseReport } from "./rehearse-schema.ts";

const NETWORK: Readonly<Record<RehearseReport["network"], string>> = {
  namespace:
    "No message could leave: the copy ran in a network namespace that has no way out, for every program that it started.",
  preload:
    "Connections beyond this machine and look-ups of names were refused in each Node program; this system has no network namespace for ordinary users, so that another program that the copy started could have got out.",
};
const MOST_SAID = 25;
/** What tells of something that was done or found, and not what a box is called. */
const TELLING =
  /^- |\b(?:migrated|imported|entries|removed|updated|copied|found|archived|failed|cannot|could not|warning)\b/i;
/** What the config's changes tell already. */
const TOLD = /^- Disabled \S+$/;
const MOST_LISTED = 12;
const NONE_ASKED = { fetched: [], refused: [] };

/** The page of a rehearsal, in Markdown: it is read as it is in a terminal. */
export function renderPage(report: RehearseReport): string {
  const { verdict, why, state, from, to, createdAt, findings, update } = report;
  const of = (...kinds: Finding["kind"][]) => findings.filter(({ kind }) => kinds.includes(kind));
  const byHand = findings.filter(
    ({ kind, command }) => kind === "step" || (kind === "lost" && command !== undefined),
  );
  const lost = findings.filter(({ kind, command }) => kind === "lost" && command === undefined);
  return [
    `# ${verdict[0]?.toUpperCase()}${verdict.slice(1)}: ${from} to ${to}`,
    `${sentence(why)} The installation is \`${state}\`; the update was rehearsed on a copy of it on ${createdAt.slice(0, 10)}.`,
    section("What gets lost", items(lost)),
    section("By hand", items(byHand)),
    section("What cannot be undone", items(of("final"))),
    section("What changes", items(of("changed", "new"))),
    ...(update && update.outageMs > 0
      ? [
          `## The outage\n\n${formatDuration(update.outageMs)} from the end of the old gateway to the first answer of the new one, ${formatDuration(update.migrationMs)} of it for the migration. Fetching the package is not in it, and the machine was this one.`,
        ]
      : []),
    section("What could not be judged", items(of("unjudged"))),
    `## How it was done\n\n${howItWasDone(report)}`,
    ...(update && update.said.length > 0 ? [migrationSaid(update.said)] : []),
    `\`${report.command}\``,
    "",
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? "" : `## ${title}\n\n${lines.join("\n")}`;
}

function items(findings: readonly Finding[]): string[] {
  const listed = findings.map(({ text, command }) => {
    const said = `- ${sentence(oneLine(text))}`;
    return command === undefined ? said : `${said}\n\n      ${command}\n`;
  });
  if (listed.length <= MOST_LISTED) return listed;
  return [
    ...listed.slice(0, MOST_LISTED),
    `- And ${listed.length - MOST_LISTED} more: the JSON beside this page has all.`,
  ];
}

function howItWasDone({
  network,
  copy,
  refused = [],
  packages,
  update,
  before,
  after,
}: RehearseReport): string {
  const left = copy.left.slice(0, MOST_LISTED).map(({ area, files }) => `${area} (${files})`);
  const lines = [
    ...(update ? [`The update: ${update.commands.map((command) => `\`${command}\``).join(", then ")}.`] : []),
    NETWORK[network],
    refused.length > 0
      ? `Programs of the copy wanted to connect to ${shorten(refused.join(", "), 300)}, and were refused.`
      : "Nothing in the copy wanted to connect anywhere else.",
    ...packagesAsked(packages),
    `Copied: ${plural(copy.files, "file")}, ${Math.ceil(copy.bytes / 1024)} KB. ${left.length > 0 ? `Not copied: ${left.join(", ")}.` : "Everything that lies there was on the list of what may be copied."}`,
  ];
  return [lines.join("\n"), ...(before ? [countTable(before, after)] : [])].join("\n\n");
}

function packagesAsked({ fetched, refused }: NonNullable<RehearseReport["packages"]> = NONE_ASKED): string[] {
  const some = (names: readonly string[]) =>
    names.length > MOST_LISTED
      ? `${names.slice(0, MOST_LISTED).join(", ")} and ${names.length - MOST_LISTED} more`
      : names.join(", ");
  return [
    ...(fetched.length > 0
      ? [`From your package registry, read only and for the copy alone, came ${some(fetched)}.`]
      : []),
    ...(refused.length > 0 ? [`Other packages were asked for and not fetched: ${some(refused)}.`] : []),
  ];
}

function countTable(before: NonNullable<RehearseReport["before"]>, after: RehearseReport["after"]): string {
  const rows = Object.entries(before).map(([name, was]) => {
    const now = (after as Record<string, unknown> | undefined)?.[name];
    return [name === "memoryFiles" ? "memory files" : name, String(was), String(now ?? "")];
  });
  return markdownTable(["", "before", "after"], rows, ["before", "after"]);
}

/** A migration says much, and some of it twice. */
function migrationSaid(said: readonly string[]): string {
  const telling = [...new Set(said)].filter((line) => TELLING.test(line) && !TOLD.test(line));
  const lines = telling.slice(0, MOST_SAID).map((line) => `    ${shorten(line, 200)}`);
  const more = telling.length - lines.length;
  if (more > 0) lines.push(`    … and ${plural(more, "line")} more, which the JSON beside this page has`);
  return lines.length === 0 ? "" : `## What the migration said\n\n${lines.join("\n")}`;
}

/** With a full stop, and a capital where it begins with a word. */
function sentence(text: string): string {
  const begun = text.replace(/^[a-z]+(?=[ ,:])/, (word) => `${word[0]?.toUpperCase()}${word.slice(1)}`);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}
