import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { PROGRAMS } from "../../../base/places.js";
import { isAlive } from "../../../base/testing/processes.ts";
import { managerArgument, SERVICE_VARIABLE } from "./job.ts";

const UNIT = "openclaw-gateway.service";

let folder: string;
let units: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "gateway-qa-service-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  units = join(folder, "units");
  await mkdir(units);
  await writeFile(join(folder, "package.json"), JSON.stringify({ version: "2026.9.5" }));
});

/** A service whose process does what `script` says; `Environment=` has where it may write. */
async function writeUnit(script: string, settings: readonly string[] = []): Promise<void> {
  await writeFile(join(folder, "service.cjs"), script);
  await writeFile(
    join(units, UNIT),
    [
      "[Unit]",
      "After=network-online.target",
      ...settings.filter((line) => line.startsWith("StartLimit")),
      "[Service]",
      `ExecStart=${process.execPath} ${join(folder, "service.cjs")} --port 4711`,
      `Environment="FOLDER=${folder}" NODE_OPTIONS=`,
      ...settings.filter((line) => !line.startsWith("StartLimit")),
      "",
    ].join("\n"),
  );
}

function manage() {
  const job = { folder, units, unit: UNIT, port: "4711", packageRoot: folder, install: ["/bin/false"] };
  const manager = execa(process.execPath, [PROGRAMS.serviceManager, managerArgument(job)], {
    env: { [SERVICE_VARIABLE]: folder },
    reject: false,
  });
  let output = "";
  manager.stdout.on("data", (chunk) => {
    output += chunk;
  });
  const ask = async (program: string, args: string) => {
    const { exitCode, stdout, stderr } = await execa(
      process.execPath,
      [PROGRAMS.serviceClient, folder, program, ...args.split(" ")],
      { reject: false },
    );
    return { exitCode, stdout, stderr };
  };
  return {
    manager,
    output: () => output,
    systemctl: (args: string) => ask("systemctl", `--user ${args}`),
    busctl: (args: string) => ask("busctl", `--user --json=short ${args}`),
    said: (text: string) => expect.poll(() => output).toContain(text),
    end: async () => {
      manager.kill("SIGTERM");
      return (await manager).exitCode;
    },
  };
}

const STAYS = `console.log("up as", process.env.INVOCATION_ID, JSON.stringify(process.env.NODE_OPTIONS)); setInterval(() => {}, 1000);`;

describe.skipIf(process.platform !== "linux")("the stand-in for a service manager", () => {
  test("a service runs, is what it is asked for, and everything ends with the manager", async () => {
    await writeUnit(
      `require("node:child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { detached: true, stdio: "ignore" });
       ${STAYS}`,
      [
        "Restart=always",
        "RestartSec=5",
        "TimeoutStopSec=330",
        "StartLimitBurst=10",
        "StartLimitIntervalSec=300",
      ],
    );
    const { said, systemctl, busctl, output, end } = manage();
    await said("up as");
    const [, pid] = /gateway started, pid (\d+)/.exec(output()) ?? [];
    const shown = await systemctl(
      `show ${UNIT} --no-page --property MainPID,ActiveState,InvocationID,TimeoutStopUSec,RestartUSec,After`,
    );
    const [, invocation, options] = /up as (\w+) (.*)/.exec(output()) ?? [];
    expect(options).toBe('""');
    expect(shown.stdout.split("\n")).toEqual([
      `MainPID=${pid}`,
      "ActiveState=active",
      `InvocationID=${invocation}`,
      "TimeoutStopUSec=5min 30s",
      "RestartUSec=5s",
      "After=network-online.target basic.target app.slice",
    ]);
    const object = "/org/freedesktop/systemd1/unit/openclaw_2dgateway_2eservice";
    expect(await busctl(`call d /m i LoadUnit s ${UNIT}`)).toMatchObject({
      stdout: `{"type":"o","data":["${object}"]}`,
    });
    const unit = "org.freedesktop.systemd1.Unit";
    const { stdout } = await busctl(
      `get-property d ${object} ${unit} LoadState StartLimitBurst MemoryCurrent`,
    );
    expect(stdout.split("\n")).toEqual([
      '{"type":"s","data":"loaded"}',
      '{"type":"u","data":10}',
      '{"type":"t","data":18446744073709551615}',
    ]);
    expect(await busctl("call d /m i GetUnit s other.service")).toMatchObject({
      exitCode: 1,
      stderr: "Call failed: Unit other.service not loaded.",
    });
    expect(await systemctl("reboot")).toMatchObject({ exitCode: 1 });
    expect(output()).toContain("no answer is known to: systemctl --user reboot");
    expect(await end()).toBe(0);
    expect(isAlive(Number(pid))).toBe(false);
    expect(existsSync(join(folder, "manager.pid"))).toBe(false);
    // What had left the service's process group is gone as well.
    const { stdout: left } = await execa(
      "grep",
      ["-ls", `${SERVICE_VARIABLE}=${folder}`, "-r", "/proc", "--include=environ"],
      { reject: false },
    );
    expect(left).toBe("");
  });

  test("a service that cannot run is started again until the limit is reached, and again after a reset", async () => {
    await writeUnit("process.exit(3)", [
      ...["Restart=always", "RestartSec=10ms", "StartLimitBurst=3", "StartLimitIntervalSec=300"],
    ]);
    const { said, systemctl, output, end } = manage();
    await said("started 3 times within 300 s, giving up");
    const properties = "ActiveState,SubState,Result,NRestarts,ExecMainStatus";
    const { stdout } = await systemctl(`show ${UNIT} --property ${properties}`);
    expect(stdout.split("\n")).toEqual([
      ...["ActiveState=failed", "SubState=failed", "Result=exit-code", "NRestarts=3", "ExecMainStatus=3"],
    ]);
    expect(output().match(/gateway started, pid/g)).toHaveLength(3);
    expect(await systemctl(`start ${UNIT}`)).toMatchObject({ exitCode: 1 });
    // An update writes a service that works, and a file that is changed counts when it is loaded again.
    await writeUnit(STAYS, ["Restart=always", "StartLimitBurst=3", "StartLimitIntervalSec=300"]);
    await systemctl("reset-failed");
    expect(await systemctl(`start ${UNIT}`)).toMatchObject({ exitCode: 0 });
    await said("up as");
    expect(await systemctl(`is-active ${UNIT}`)).toMatchObject({ stdout: "active" });
    expect(await systemctl(`stop ${UNIT}`)).toMatchObject({ exitCode: 0 });
    expect(await systemctl(`is-active ${UNIT}`)).toMatchObject({ stdout: "inactive", exitCode: 3 });
    await end();
  });
});
