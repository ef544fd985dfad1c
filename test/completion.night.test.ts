import { execFileSync, spawnSync } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT, Sandbox, scenarioText } from "./testing/qa.ts";

const CLI = join(ROOT, "runner/cli/main.js");
const STEP = "  - name: adds\n    actions: [{ assert: '1 + 1 === 2' }]";

/** A repository with two scenarios, and a program `qa` to be called there. */
async function repository(): Promise<Sandbox> {
  const sandbox = await Sandbox.create();
  await sandbox.write("qa/scenarios/test/greets-back.md", scenarioText("greets-back", STEP));
  await sandbox.write("qa/scenarios/test/waits.md", scenarioText("waits", STEP));
  const program = await sandbox.write("bin/qa", `#!/bin/sh\nexec '${process.execPath}' '${CLI}' "$@"\n`);
  execFileSync("chmod", ["+x", program]);
  return sandbox;
}

const runIn = (sandbox: Sandbox, shell: string, script: string) =>
  execFileSync(shell, ["-c", script], {
    cwd: sandbox.folder,
    env: { ...process.env, PATH: `${join(sandbox.folder, "bin")}:${process.env.PATH}` },
    encoding: "utf8",
  });

test("bash completes ids, flags and values at signs where it cuts words, and evaluates nothing", async () => {
  const sandbox = await repository();
  const output = runIn(
    sandbox,
    "bash",
    `set -eu
source <(qa completion bash)
source <(qa completion bash)
tab() { COMP_LINE="$1"; COMP_POINT=\${#1}; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _gateway_qa; echo "$COMP_LINE -> \${COMPREPLY[*]-}"; }
tab 'qa run gr' qa run gr
tab 'qa run ' qa run ''
tab 'qa run waits --fail-on' qa run waits --fail-on
tab 'qa run --gateway openclaw@l' qa run --gateway openclaw @ l
tab 'qa run --reporter=c' qa run --reporter = c
tab 'qa run "$(touch pwned)\`touch pwned\`' qa run '"$(touch pwned)'
tab 'qa check qa/' qa check qa/
complete -p qa gateway-qa`,
  );
  expect(output.split("\n")).toEqual([
    "qa run gr -> greets-back",
    "qa run  -> greets-back waits",
    "qa run waits --fail-on -> --fail-on-flaky",
    "qa run --gateway openclaw@l -> latest",
    "qa run --reporter=c -> ctrf comment",
    'qa run "$(touch pwned)`touch pwned` -> ',
    "qa check qa/ -> ",
    "complete -o default -F _gateway_qa qa",
    "complete -o default -F _gateway_qa gateway-qa",
    "",
  ]);
  expect(await readdir(sandbox.folder)).not.toContain("pwned");
});

const hasShell = (name: string) => spawnSync(name, ["-c", ":"]).status === 0;

test.skipIf(!hasShell("zsh"))("zsh reads its script", async () => {
  const sandbox = await repository();
  const output = runIn(
    sandbox,
    "zsh",
    "autoload -U compinit; compinit -D; source <(qa completion zsh); echo $_comps[qa] $_comps[gateway-qa]",
  );
  expect(output).toBe("_gateway_qa _gateway_qa\n");
});

test.skipIf(!hasShell("fish"))("fish completes ids", async () => {
  const sandbox = await repository();
  const output = runIn(sandbox, "fish", "qa completion fish | source; complete -C 'qa run gr'");
  expect(output).toMatch(/^greets-back\tgreets-back$/m);
});
