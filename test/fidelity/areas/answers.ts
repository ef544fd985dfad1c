import type { Area } from "../area.ts";
import { embeddedGateway } from "../embedded.ts";
import { Finding } from "../findings.ts";
import { schemaName, schemaOf, validatorOf } from "../protocol.ts";
import type { Release } from "../release.ts";
import { WireClient } from "../wire-client.ts";

/** What a method is asked, where `{}` is not enough or would change something. */
const ASKED: Readonly<Record<string, unknown>> = {
  "config.schema.lookup": { path: "gateway" },
  "tools.effective": { sessionKey: "main" },
  "sessions.create": { key: "answers", label: "Answers" },
  "sessions.delete": { key: "answers" },
  "chat.history": { sessionKey: "main" },
};

/** Asked in this order; every one that the release has a schema of results for makes a row. */
const METHODS = [
  ...["channels.status", "config.schema", "config.schema.lookup", "logs.tail", "tools.catalog"],
  ...["sessions.create", "tools.effective", "sessions.delete", "update.status"],
];

/**
 * The frames of a booted gateway against the release's own schemas: what it greets with, what it answers, how it refuses
 * and which events a turn makes, each in the release's protocol.
 */
export const area: Area = {
  title: "Answers, events and errors",
  async compare(release) {
    const gateway = await embeddedGateway();
    const protocol = protocolOf(release);
    const client = new WireClient(gateway);
    const reader = new WireClient(gateway);
    try {
      const hello = await client.connect(gateway, protocol);
      await reader.connect(gateway, protocol, ["operator.read"]);
      return [
        await valid(release, "hello-ok", "HelloOk", hello),
        ...(await answers(release, client)),
        ...(await events(release, client)),
        ...(await errors(release, client, reader)),
      ];
    } finally {
      client.close();
      reader.close();
    }
  },
};

function protocolOf({ version }: Release): 3 | 4 {
  return version === "2026.4.26" ? 3 : 4;
}

async function answers(release: Release, client: WireClient): Promise<Finding[]> {
  const findings: Finding[] = [];
  await client.call("sessions.create", { key: "main" });
  for (const method of METHODS) {
    const { payload, error } = await client.call(method, ASKED[method]);
    const kinds = [schemaName(method, "Result"), schemaName(method, "Response")];
    const names = await Promise.all(
      kinds.map(async (name) => ((await schemaOf(release, name)) ? [name] : [])),
    );
    const [name] = names.flat();
    if (name !== undefined) findings.push(await valid(release, method, name, payload ?? error));
  }
  return findings;
}

/** One turn to its end, and one that is aborted. */
async function events(release: Release, client: WireClient): Promise<Finding[]> {
  const turn = {
    sessionKey: "main",
    message: "Reply exactly: fine",
    idempotencyKey: `answers-${release.version}`,
  };
  const accepted = await client.call("agent", turn);
  const second = await client.until(
    (frame) => frame.type === "res" && frame !== accepted && frame.id === accepted.id,
  );
  await client.until(({ event, payload }) => event === "chat" && payload?.state === "final");
  const payloads = (event: string) =>
    client.frames.flatMap((frame) => (frame.event === event && frame.payload ? [frame.payload] : []));
  const passerBy = new WireClient(await embeddedGateway());
  await passerBy.connect(await embeddedGateway(), protocolOf(release));
  passerBy.close();
  await client.until(({ event }) => event === "presence");
  // Releases add the session to what their schema describes.
  const agent = payloads("agent").map(({ sessionKey: _, ...described }) => described);
  return [
    await Finding.works("agent: the second answer", async () => {
      const { status, summary, result } = second.payload ?? {};
      const { payloads } = (result ?? {}) as { payloads?: { text?: string }[] };
      const said = `${status} ${summary} ${payloads?.[0]?.text}`;
      if (said !== "ok completed fine") throw new Error(`it says ${said}`);
    }),
    await valid(release, "event agent", "AgentEvent", ...agent),
    await valid(release, "event chat", "ChatEvent", ...payloads("chat")),
    await valid(release, "event presence", "PresenceEntry", ...payloads("presence").flatMap(entriesOf)),
    await valid(
      release,
      "frames of events",
      "EventFrame",
      ...client.frames.filter(({ type }) => type === "event"),
    ),
    await valid(
      release,
      "frames of answers",
      "ResponseFrame",
      ...client.frames.filter(({ type }) => type === "res"),
    ),
  ];
}

function entriesOf({ presence }: Record<string, unknown>): unknown[] {
  return Array.isArray(presence) ? presence : [presence];
}

/** How it refuses, by code; the words of the release are its own. */
async function errors(release: Release, client: WireClient, reader: WireClient): Promise<Finding[]> {
  const codes = await release.take<Record<string, string>>("ErrorCodes", "protocol", "gateway-error-details");
  const refusal = async (name: string, code: string, says: RegExp, answer: Promise<{ error?: object }>) =>
    Finding.works(`error: ${name}`, async () => {
      const { error = {} } = await answer;
      const { code: given, message } = error as { code?: string; message?: string };
      if (given !== codes[code]) throw new Error(`its code is ${given}, not ${codes[code]}`);
      if (!says.test(message ?? "")) throw new Error(`it says ${message}`);
    });
  const scope = codes.FORBIDDEN === undefined ? "INVALID_REQUEST" : "FORBIDDEN";
  return [
    await refusal("unknown method", "INVALID_REQUEST", /^unknown method: no\.such/, client.call("no.such")),
    await refusal(
      "invalid params",
      "INVALID_REQUEST",
      /^invalid chat\.send params: /,
      client.call("chat.send"),
    ),
    await refusal("missing scope", scope, /^missing scope: operator\.admin$/, reader.call("update.run")),
  ];
}

/** Whether the release's schema takes every one of the values, of which there must be one. */
function valid(release: Release, name: string, schema: string, ...values: unknown[]): Promise<Finding> {
  return Finding.works(name, async () => {
    const described = await schemaOf(release, schema);
    if (described === undefined) throw new Error(`the release has no schema ${schema}`);
    if (values.length === 0) throw new Error("there is none");
    const validate = validatorOf(described);
    for (const value of values) {
      if (validate(value)) continue;
      const [problem] = validate.errors ?? [];
      throw new Error(
        `${problem?.instancePath || "it"} ${problem?.message} ${JSON.stringify(problem?.params)}`,
      );
    }
  });
}
