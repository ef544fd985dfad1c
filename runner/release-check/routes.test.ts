import { expect, test } from "vitest";
import { startChildGateway } from "../gateway/process/start-child.ts";
import { FAKE_PROGRAM, gatewayStart } from "../gateway/testing/fixture.ts";
import { longCommand } from "../gateway/testing/long-command.ts";
import { updateThrough } from "./routes.ts";

test("an update on the command line that is aborted leaves no process behind", async () => {
  const { args, started, ended } = await longCommand();
  const start = gatewayStart();
  try {
    const gateway = await startChildGateway({ ...FAKE_PROGRAM, cliArgs: args }, start);
    const end = new AbortController();
    const updating = updateThrough("gateway update", gateway, "1.1.0", end.signal).catch(
      (error: unknown) => error,
    );
    await started();
    end.abort(new Error("enough"));
    expect(await updating).toMatchObject({ message: "enough" });
    await ended();
  } finally {
    expect(await start.teardown.run(10_000)).toEqual([]);
  }
});
