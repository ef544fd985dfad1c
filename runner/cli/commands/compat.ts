import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Command } from "commander";
import { errorMessage, UsageError } from "../../base/errors.ts";
import { EXIT } from "../../base/exit-codes.ts";
import { commandLine, userFolder } from "../../base/invocation.ts";
import { isJsonObject, type JsonObject } from "../../base/json.ts";
import { displayPath } from "../../base/paths.ts";
import type { CompatReport } from "../../compat/compat-schema.ts";
import { addOptions, toArgs, withIds } from "../command-options.ts";
import type { OptionsOf } from "../options.ts";
import { examples } from "../output.ts";
import { print, printJson, printNote } from "../redacted.ts";
import { TEARDOWN_MS, withSession } from "../session.ts";

type CompatOptions = OptionsOf<"compat">;

/** Declares `qa compat`. */
export function addCompatCommand(program: Command, finish: (exitCode: number) => void): Command {
  const command = program
    .command("compat")
    .description("judge a plugin on gateways and releases: installed, loaded, called, switched and removed")
    .argument("[plugin]", "a plugin's folder, a packed archive, or a package such as @scope/name@1.2.3", ".")
    .addHelpText(
      "after",
      examples(
        "qa compat",
        "qa compat --releases last:3 --call",
        "qa compat @scope/plugin@1.2.3 --releases 2026.4.26..2026.9.6 --format markdown --out compat.md",
      ),
    );
  return addOptions(command, "compat").action(async (plugin: string, options: CompatOptions) =>
    finish(await compat(plugin, options)),
  );
}

/** Its exit code: 0 yes, 5 yes with steps, 1 no, 4 inconclusive. */
async function compat(plugin: string, options: CompatOptions): Promise<number> {
  const { judgePlugin } = await import("../compat-run.ts");
  const config = options.config === undefined ? {} : await readObject(options.config, "--config");
  const given = options.arguments === undefined ? {} : await readObject(options.arguments, "--arguments");
  for (const [tool, values] of Object.entries(given)) {
    if (!isJsonObject(values)) throw new UsageError(`--arguments: what it has for ${tool} is no object`);
  }
  return withSession(async (session) => {
    let isClean = true;
    const report = await judgePlugin(plugin, {
      ...{ options, config, toolArguments: given as Record<string, JsonObject>, session },
      command: commandLine(withIds("compat", [plugin], toArgs(options))),
      onLeft: (problem) => {
        isClean = false;
        printNote(`clean-up: ${problem}\n`);
      },
    });
    for (const problem of await session.teardown.run(TEARDOWN_MS)) {
      isClean = false;
      printNote(`clean-up: ${problem}\n`);
    }
    await show(report, options);
    return isClean ? report.exitCode : EXIT.harness;
  });
}

async function show(report: CompatReport, { format, out }: CompatOptions): Promise<void> {
  const { renderMarkdown, renderTable } = await import("../../compat/render.ts");
  const { redacted } = await import("../redacted.ts");
  const text =
    format === "json"
      ? `${JSON.stringify(report, undefined, 2)}\n`
      : format === "markdown"
        ? renderMarkdown(report)
        : renderTable(report);
  if (out === undefined) {
    if (format === "json") printJson(report);
    else print(text);
    return;
  }
  const { replaceFile } = await import("../../base/files.ts");
  const path = resolve(userFolder(), out);
  await replaceFile(path, redacted(text));
  print(`${format === "table" ? "" : renderTable(report)}Report: ${displayPath(path, userFolder())}\n`);
}

/** @throws UsageError */
async function readObject(path: string, option: string): Promise<JsonObject> {
  try {
    const value: unknown = JSON.parse(await readFile(resolve(userFolder(), path), "utf8"));
    if (isJsonObject(value)) return value;
    throw new Error("it holds no object");
  } catch (error) {
    throw new UsageError(
      `${option} ${path}: ${errorMessage(error)}`,
      "Name a file that holds a JSON object.",
    );
  }
}
