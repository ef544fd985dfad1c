import type { PackageManager } from "./package-manager.ts";
import type { Subject } from "./subject.ts";

/** What the texts of a new set-up are made of. */
export interface SetUp {
  subject: Subject;
  manager: PackageManager;
  /** Whom to ask, as lanes write it. */
  owner: string;
  /** The repository has a package.json. */
  hasPackage: boolean;
  /** Id of the scenario that is written. */
  scenario: string;
  /** Of this tool. */
  version: string;
  lanes: ChosenLanes;
}

/** Names of lanes, by when a workflow runs them. */
export interface ChosenLanes {
  push: readonly string[];
  night: readonly string[];
}

/** What `lanesText` has. */
export const NEW_LANES: ChosenLanes = { push: ["smoke"], night: ["releases"] };

/** `qa/lanes.yaml` */
export function lanesText({ subject, owner }: SetUp): string {
  const oldest = subject.kind === "plugin" ? subject.oldestRelease : undefined;
  return `# Which scenarios run on which gateways. \`gateway-qa matrix\` shows the jobs.

night: [smoke, releases]

lanes:
  smoke:
    description: On every push, on the embedded gateway.
    owner: ${JSON.stringify(owner)}
    gateways: [embedded]
    select: { packs: [scenarios], all: true }
    minutes: 10

  releases:
    description: Every night, on the releases that people use.
    owner: ${JSON.stringify(owner)}
    gateways:${oldest === undefined ? "" : `\n      - openclaw@${oldest}`}
      - releases: { last: 2 }
    select: { packs: [scenarios], all: true }
    retries: 1
    minutes: 60
`;
}

/** `.github/workflows/gateway-qa.yml` */
export function workflowText({ manager, hasPackage, version, lanes: { push, night } }: SetUp): string {
  const install = hasPackage
    ? `      - run: ${manager.cleanInstall}\n      - run: npm run build --if-present\n`
    : "";
  return `name: Gateway QA

on:
  push:
  pull_request:
  schedule:
    - cron: "17 3 * * *"

permissions:
  contents: read

env:
  # Published releases are installed here, and kept between nights.
  GATEWAY_QA_CACHE: \${{ github.workspace }}/.gateway-qa

jobs:
  qa:
    runs-on: ubuntu-latest
    timeout-minutes: 180
    steps:
      - uses: actions/checkout@9c091bb21b7c1c1d1991bb908d89e4e9dddfe3e0 # v7.0.0
        with:
          persist-credentials: false
      - uses: actions/setup-node@48b55a011bda9f5d6aeb4c2d9c7362e8dae4041e # v6.4.0
        with:
          node-version: 24
          package-manager-cache: false
      - uses: actions/cache@27d5ce7f107fe9357f9df03efb73ab90386fccae # v5.0.5
        if: github.event_name == 'schedule'
        with:
          path: .gateway-qa/openclaw
          key: openclaw-\${{ runner.os }}-\${{ github.run_id }}
          restore-keys: openclaw-\${{ runner.os }}-
${install}      - run: npx -y gateway-qa@${version} night \${{ github.event_name == 'schedule' && '${night.join(" ")}' || '${push.join(" ")}' }} --lanes qa/lanes.yaml --out night
      - run: cat night/merged/merged.md >> "$GITHUB_STEP_SUMMARY"
        if: always()
      - uses: actions/upload-artifact@043fb46d1a93c77aae656e7c1c64a875d1fc6a0a # v7.0.1
        if: always()
        with:
          name: night
          path: night
`;
}

/** Begins the paragraph for coding agents, and shows that it is there. */
export const AGENTS_HEADING = "## Gateway QA";

/** The paragraph for coding agents, with the heading. */
export function agentsText({ subject, manager, hasPackage, scenario }: SetUp): string {
  const command = hasPackage ? manager.script("qa") : "npx gateway-qa";
  const what = subject.kind === "plugin" ? `the plugin ${subject.id}` : "these skills";
  return `${AGENTS_HEADING}

\`qa/scenarios\` are test plans that run: each boots a gateway with ${what} in it, without a key or a network.

- After a change run \`${command} run ${scenario}\`: exit code 0 is a pass. The first line of a failure names the cause.
- \`${command} new <id>\` writes one more, and \`${command} check\` finds mistakes without a gateway.
- See a new scenario fail once before you rely on it, and do not weaken what one expects to make it pass.
`;
}
