import { sep } from "node:path";
import { isJsonObject, type JsonObject, listOf } from "../base/json.ts";

/** Releases give no code. */
interface Diagnosed {
  level: string;
  message: string;
  code: string;
}

/** What a gateway says of a plugin that it has loaded. */
export interface Inspected {
  /** `loaded`, `disabled`, `error` … */
  status: string;
  error: string | undefined;
  /** Names of what it has registered, by kind; kinds of which there is nothing are left out. */
  registers: Record<string, string[]>;
  diagnostics: Diagnosed[];
  /** Absolute folder that it was loaded from. */
  rootDir: string | undefined;
}

/** Members of `plugins inspect --json` that list names, or things with names. */
const LISTS: Readonly<Record<string, string>> = {
  tools: "tools",
  commands: "commands",
  typedHooks: "hooks",
  customHooks: "event hooks",
  services: "services",
  gatewayMethods: "gateway methods",
  cliCommands: "CLI commands",
};

/** Reads `plugins inspect --json`, whose shape is that of 2026.4.26. */
export function readInspected(report: JsonObject): Inspected {
  const plugin = isJsonObject(report.plugin) ? report.plugin : {};
  const registers: Record<string, string[]> = {};
  for (const [member, kind] of Object.entries(LISTS)) add(registers, kind, namesIn(report[member]));
  for (const capability of listOf(report.capabilities)) {
    if (isJsonObject(capability)) add(registers, String(capability.kind), namesIn(capability.ids));
  }
  const routes = typeof report.httpRouteCount === "number" ? report.httpRouteCount : 0;
  if (routes > 0) registers["HTTP routes"] = [String(routes)];
  return {
    status: String(plugin.status ?? "unknown"),
    error: [plugin.error, plugin.activationReason].find((each) => typeof each === "string"),
    registers,
    diagnostics: listOf(report.diagnostics).flatMap((each) =>
      isJsonObject(each)
        ? [{ level: String(each.level), message: String(each.message), code: String(each.code) }]
        : [],
    ),
    rootDir: typeof plugin.rootDir === "string" ? plugin.rootDir : undefined,
  };
}

/** Names of the skills that lie in a folder. @param status answer of `skills.status` */
export function skillsIn({ skills }: JsonObject, folders: readonly string[]): string[] {
  return listOf(skills).flatMap((skill) => {
    if (!isJsonObject(skill)) return [];
    const place = String(skill.baseDir ?? skill.filePath ?? "");
    return folders.some((folder) => place.startsWith(folder + sep)) ? [String(skill.name)] : [];
  });
}

/** What a manifest says that the plugin has. */
export function declaredTools({ contracts }: JsonObject): string[] {
  return isJsonObject(contracts) ? listOf(contracts.tools).map(String) : [];
}

/** Members of its config that a plugin cannot do without, and that have no default. */
export function requiredConfig({ configSchema }: JsonObject): string[] {
  if (!isJsonObject(configSchema)) return [];
  const properties = isJsonObject(configSchema.properties) ? configSchema.properties : {};
  return listOf(configSchema.required)
    .map(String)
    .filter((name) => {
      const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
      return !(isJsonObject(property) && "default" in property);
    });
}

function add(registers: Record<string, string[]>, kind: string, names: readonly string[]): void {
  if (names.length > 0) registers[kind] = [...new Set([...(registers[kind] ?? []), ...names])];
}

function namesIn(value: unknown): string[] {
  return listOf(value).flatMap((each) => {
    if (typeof each === "string") return [each];
    if (!isJsonObject(each)) return [];
    return Array.isArray(each.names) ? each.names.map(String) : [String(each.name ?? each.id)];
  });
}
