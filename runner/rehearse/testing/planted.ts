import { createHash } from "node:crypto";
import { lstat, mkdir, readdir, readFile, readlink, symlink, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** A text that no copy may hold. */
export const SECRET = "planted9secret7value5abcdef0123456789";

/** Everything that a state of spring 2026 keeps credentials in, and what channels remember. */
const SECRET_FILES: readonly string[] = [
  ".env",
  "credentials/oauth.json",
  "credentials/whatsapp/default/creds.json",
  "credentials/github-copilot.token.json",
  "credentials/matrix/credentials.json",
  "identity/device.json",
  "identity/device-auth.json",
  "agents/main/agent/auth-profiles.json",
  "agents/main/agent/auth.json",
  "agents/main/agent/models.json",
  "agents/ops/agent/auth-profiles.json",
  "telegram/update-offset-default.json",
  "telegram/sticker-cache.json",
  "discord/thread-bindings.json",
  "matrix/crypto-idb-snapshot.json",
  "nostr/bus-state-default.json",
  "gateway/tls/gateway-key.pem",
  "logs/raw-stream.jsonl",
  "logs/anthropic-payload.jsonl",
  "browser/openclaw/user-data/Cookies",
  "media/inbound/note.txt",
  "openclaw.json.bak",
  "update-reports/run.md",
  "workspace/.env",
  "workspace/secrets.json",
  "workspace/notes.txt",
  "workspace/.git/config",
  "workspace/skills/greet/.env",
  "workspace/skills/greet/credentials.json",
  "skills/mail/.npmrc",
  "skills/mail/api-keys.yaml",
  "extensions/desk/.env.local",
  "extensions/desk/id_ed25519",
  "extensions/desk/service-account.json",
  "hooks/transforms/.token",
];

/** Files whose secrets go, and whose rest stays. */
const SCRUBBED: Readonly<Record<string, object>> = {
  "devices/paired.json": { d1: { deviceId: "d1", tokens: { operator: { token: SECRET } } } },
  "exec-approvals.json": { version: 1, socket: { path: "/x", token: SECRET }, defaults: {} },
  "extensions/desk/settings.json": { apiKey: SECRET, color: "red" },
  "cron/jobs.json": { version: 1, jobs: [{ id: "j1", name: "daily", delivery: { webhookToken: SECRET } }] },
};

/** A small state with a secret in each known place. @param home absolute; it is there */
export async function plantState(home: string): Promise<string> {
  const state = join(home, ".openclaw");
  const put = async (path: string, text: string) => {
    await mkdir(dirname(join(state, path)), { recursive: true });
    await writeFile(join(state, path), text);
  };
  for (const path of SECRET_FILES) await put(path, `{ "value": "${SECRET}" }`);
  for (const [path, value] of Object.entries(SCRUBBED)) await put(path, JSON.stringify(value));
  const session = { sessionId: "s1", sessionFile: join(state, "agents/main/sessions/s1.jsonl") };
  await put("agents/main/sessions/sessions.json", JSON.stringify({ "agent:main:main": session }));
  await put("agents/main/sessions/s1.jsonl", `{"type":"session","cwd":"${state}/workspace"}\n`);
  await put("workspace/MEMORY.md", "# What I know\n");
  await put("workspace/memory/2026-04-26.md", "a day\n");
  await put("workspace/skills/greet/SKILL.md", "---\nname: greet\n---\n");
  await put("workspace/skills/greet/run.sh", "#!/bin/sh\n");
  await put("extensions/desk/openclaw.plugin.json", '{ "id": "desk" }');
  await put("extensions/desk/node_modules/a/token.js", "export {};\n");
  await put("agents/main/sessions/s1.jsonl.deleted", SECRET);
  const database = new DatabaseSync(join(state, "agents/main/agent/openclaw-agent.sqlite"));
  database.exec(
    "CREATE TABLE auth_profile_store (value_json TEXT); CREATE TABLE transcript_events (event_json TEXT)",
  );
  database.prepare("INSERT INTO auth_profile_store VALUES (?)").run(`{"key":"${SECRET}"}`);
  database.prepare("INSERT INTO transcript_events VALUES (?)").run(`{"cwd":"${state}/workspace"}`);
  database.close();
  await mkdir(join(home, "dev/linked"), { recursive: true });
  await writeFile(join(home, "dev/linked/index.js"), "export default {};\n");
  await writeFile(join(home, "dev/linked/.env"), SECRET);
  await symlink("../../dev/linked", join(state, "extensions/linked"));
  await writeFile(join(home, "outside.txt"), SECRET);
  await symlink("../../outside.txt", join(state, "workspace/USER.md"));
  await put(
    "openclaw.json",
    JSON.stringify({
      gateway: { auth: { token: SECRET } },
      auth: { profiles: { "anthropic:default": { key: SECRET } } },
      env: { vars: { MY_VALUE: SECRET } },
      models: { providers: { anthropic: { apiKey: SECRET, headers: { "x-key": SECRET } } } },
      channels: { telegram: { botToken: SECRET }, discord: { accounts: { a: { token: SECRET } } } },
      skills: { entries: { greet: { apiKey: SECRET, env: { ANY: SECRET } } } },
      plugins: { entries: { desk: { config: { apiKey: SECRET, key: SECRET, room: "one" } } } },
      talk: { apiKey: SECRET },
      hooks: { token: SECRET },
      cron: { webhookToken: SECRET },
      mcp: { servers: { a: { env: { X: SECRET } } } },
      tools: { web: { search: { apiKey: SECRET } } },
      messages: { tts: { elevenlabs: { apiKey: SECRET } } },
      agents: { defaults: { workspace: `${state}/workspace`, memorySearch: { remote: { apiKey: SECRET } } } },
    }),
  );
  return state;
}

/** What lies below a folder: mode, time and content of each file, and where links lead. */
export async function fingerprint(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const lines = entries.map(async (entry) => {
    const path = join(entry.parentPath, entry.name);
    const { mode, mtimeMs, ctimeMs } = await lstat(path);
    const content = entry.isFile()
      ? createHash("sha256")
          .update(await readFile(path))
          .digest("hex")
      : entry.isSymbolicLink()
        ? await readlink(path)
        : "";
    return `${relative(folder, path)} ${mode} ${mtimeMs} ${ctimeMs} ${content}`;
  });
  return (await Promise.all(lines)).sort();
}
