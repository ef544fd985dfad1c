import { expect, test } from "vitest";
import { findRelease } from "../fidelity/release.ts";
import { startRunningGateway } from "../testing/running-gateway.ts";
import { ReleaseCli } from "./release-cli.ts";

// One command stands for all by day; at night `pnpm fidelity` runs them all, of two releases.
test("a release's command line talks to the embedded gateway", async ({ skip }) => {
  const release = await findRelease("2026.4.26");
  if (typeof release === "string") return skip(release);
  const gateway = await startRunningGateway("embedded");
  const cli = await ReleaseCli.for(release.version, gateway);
  const { exitCode, stdout, stderr } = await cli.run("health", "--json");
  expect(exitCode, stderr).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ ok: true, defaultAgentId: "qa", channelOrder: ["qa-channel"] });
});
