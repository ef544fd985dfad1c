/** Every diagnostic of lanes and quarantine files that scenario files do not have as well. */
export const LANE_DIAGNOSTIC_CODES = {
  "bad-lane-name": "A lane's name is not kebab-case, so it cannot name jobs and files.",
  "impossible-lane": "A lane, or one of its gateways, would run nothing, or not what it names.",
  "too-many-jobs": "The lanes make more jobs than the service accepts.",
  "quarantine-expired": "A quarantine entry is past its date, or the date does not exist.",
  "quarantine-repeated": "A scenario is in quarantine twice.",
  "unknown-gateway": "An entry of a lane's gateways is not a gateway, or no release matches it.",
  "unknown-lane": "A lane that is named does not exist.",
  "unknown-pack": "A lane names a folder that does not exist or holds no scenario.",
  "unknown-scenario": "No scenario has the id, or fits the glob.",
  "unknown-tag": "No scenario has the tag.",
  "unused-guard": "A lane sets a guard that none of its scenarios has.",
} as const satisfies Record<string, string>;

export type LaneDiagnosticCode = keyof typeof LANE_DIAGNOSTIC_CODES;
