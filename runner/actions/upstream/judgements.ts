import { actionsOf } from "../define.ts";
import { BOOLEAN, STRING } from "../schema.ts";

const TEXT = { description: "what the agent wrote" } as const;

/** Lower case without surrounding blanks; anything but a text counts as empty. */
function lower(value: unknown): string {
  return typeof value === "string" ? value.trim().toLowerCase() : "";
}

/** Phrases of a report that went beyond the work it was asked for. */
const BEYOND_SCOPE = ["all mandatory scenarios", "final qa tally", "qa run complete", "subagent-handoff"];
const READ_ALL = /\b(?:read|retrieved|inspected|loaded|accessed|digested)\b/;
const FILES_MISSING = ["not present", "missing files", "blocked by missing", "could not inspect"];
const DISCOVERY_FILES = ["qa/scenarios/index", "extensions/qa-lab/src/suite.ts", "docs/help/testing.md"];

/** Judgements on what a model wrote that come with upstream's scenarios. Prefer an exact marker. */
export const judgementActions = actionsOf("judgements", (define) => ({
  normalizeLowercaseStringOrEmpty: define({
    summary: "A text in lower case without surrounding blanks; anything else as the empty text.",
    params: { value: { optional: true, description: "anything" } },
    main: "value",
    positional: ["value"],
    returns: STRING,
    effect: "reads",
    sync: true,
    run: (_context, { value }) => lower(value),
  }),
  hasDiscoveryLabels: define({
    summary: "Whether a report names what worked, failed, was blocked, and should follow.",
    params: { text: TEXT },
    main: "text",
    positional: ["text"],
    returns: BOOLEAN,
    effect: "reads",
    sync: true,
    run: (_context, { text }) =>
      ["worked", "failed", "blocked"].every((label) => lower(text).includes(label)) &&
      /follow[- ]up/.test(lower(text)),
  }),
  reportsMissingDiscoveryFiles: define({
    summary: "Whether a report says that files it had to read were missing.",
    params: { text: TEXT },
    main: "text",
    positional: ["text"],
    returns: BOOLEAN,
    effect: "reads",
    sync: true,
    run: (_context, { text }) => {
      const said = lower(text);
      const readThem = DISCOVERY_FILES.every((file) => said.includes(file)) && READ_ALL.test(said);
      return !readThem && FILES_MISSING.some((phrase) => said.includes(phrase));
    },
  }),
  reportsDiscoveryScopeLeak: define({
    summary: "Whether a report went beyond the work it was asked for.",
    params: { text: TEXT },
    main: "text",
    positional: ["text"],
    returns: BOOLEAN,
    effect: "reads",
    sync: true,
    run: (_context, { text }) => BEYOND_SCOPE.some((phrase) => lower(text).includes(phrase)),
  }),
  hasModelSwitchContinuitySignal: define({
    summary:
      "Whether a reply after a change of the model shows that the task went on: it names the handoff and the task.",
    params: { text: TEXT },
    main: "text",
    positional: ["text"],
    returns: BOOLEAN,
    effect: "reads",
    sync: true,
    run: (_context, { text }) => {
      const said = lower(text);
      const aboutSwitch = /\b(?:handoff|switch(?:ed)?)\b/.test(said);
      const aboutTask = /kickoff|qa mission|source and docs/.test(said);
      return aboutSwitch && aboutTask && !BEYOND_SCOPE.some((phrase) => said.includes(phrase));
    },
  }),
}));
