import type { ComponentChildren } from "preact";
import { formatDuration, plural } from "../../../base/text.ts";
import type { Failure } from "../../events.ts";
import type { AttemptView, CallView, ChangeView, MessageView, RequestView } from "../attempt-view.ts";
import { DiffLines, Json, Nothing, Prose, Time, Verdict } from "./parts.tsx";
import type { Tab } from "./route.ts";
import { sectionOf } from "./source.ts";

interface PanelProps {
  view: AttemptView;
  /** Counts from 0; undefined is all of the attempt. */
  step: number | undefined;
  failure: Failure | undefined;
}

/** The panels by tab, and how much there is in each. */
export const PANELS: Readonly<
  Record<
    Tab,
    {
      name: string;
      count?(view: AttemptView, step: number | undefined): number;
      Panel(props: PanelProps): ComponentChildren;
    }
  >
> = {
  step: { name: "Step", Panel: StepPanel },
  messages: { name: "Messages", count: ({ messages }, step) => of(messages, step).length, Panel: Messages },
  model: { name: "Model", count: ({ requests }, step) => of(requests, step).length, Panel: Requests },
  calls: { name: "Calls", count: ({ calls }, step) => of(calls, step).length, Panel: Calls },
  state: { name: "State", count: ({ changes }, step) => of(changes, step).length, Panel: Changes },
  log: { name: "Log", count: ({ log }, step) => of(log, step).length, Panel: Log },
  gateway: { name: "Gateway", count: ({ acts }, step) => of(acts, step).length, Panel: Acts },
};

/** What belongs to a step. */
function of<T extends { step?: number }>(list: readonly T[], step: number | undefined): T[] {
  return step === undefined ? [...list] : list.filter((each) => each.step === step);
}

/** When it happened, counted from the beginning of the attempt. */
function At({ view, at }: { view: AttemptView; at: number }) {
  return <span class="at">{formatDuration(Math.max(0, at - view.at))}</span>;
}

function StepPanel({ view, step, failure }: PanelProps) {
  const steps = step === undefined ? view.steps : view.steps.filter(({ index }) => index === step);
  if (steps.length === 0) return <Nothing>No step has begun.</Nothing>;
  return (
    <>
      {steps.map((each) => {
        const section = sectionOf(view, each.index);
        return (
          <section key={each.index} class="step-source">
            {section && section.prose !== "" && (
              <div class="prose">
                <Prose text={section.prose} />
              </div>
            )}
            {section ? (
              <ol class="source">
                {section.code.map(({ line, text }) => {
                  const found = each.statements.filter((statement) => statement.line === line);
                  const threw =
                    found.some((statement) => statement.threw) || failure?.position?.line === line;
                  const ms = found.reduce((sum, { at, endedAt = view.endedAt }) => sum + endedAt - at, 0);
                  return (
                    <li key={line} class={threw ? "threw" : found.length > 0 ? "ran" : ""}>
                      <span class="number">{line}</span>
                      <code>{text || " "}</code>
                      {found.length > 0 && (
                        <span class="outcome">
                          <Verdict of={threw ? "failed" : "passed"} word={false} />
                          {found.length > 1 && <span>{found.length} times</span>}
                          <Time ms={ms} />
                        </span>
                      )}
                    </li>
                  );
                })}
              </ol>
            ) : (
              <ol class="source">
                {each.statements.map(({ label, line, at, endedAt, threw }) => (
                  <li key={`${at} ${line} ${label}`} class={threw ? "threw" : "ran"}>
                    <span class="number">{line}</span>
                    <code>{label}</code>
                    <span class="outcome">
                      <Time ms={endedAt === undefined ? undefined : endedAt - at} />
                    </span>
                  </li>
                ))}
              </ol>
            )}
            {each.details !== undefined && <pre class="details">{each.details}</pre>}
            {each.status === "not-reached" && <Nothing>This step was not reached.</Nothing>}
          </section>
        );
      })}
    </>
  );
}

function Messages({ view, step }: PanelProps) {
  const messages = of(view.messages, step);
  if (messages.length === 0) return <Nothing>No message went over the channel.</Nothing>;
  return (
    <ol class="chat">
      {messages.map((message, index) => (
        <Message key={index} view={view} message={message} />
      ))}
    </ol>
  );
}

function Message({ view, message }: { view: AttemptView; message: MessageView }) {
  const { at, event, sender, conversation, threadId, text, attachments } = message;
  const isMessage = event === "inbound-message" || event === "outbound-message";
  return (
    <li class={event === "inbound-message" ? "in" : isMessage ? "out" : "note"}>
      <small>
        <At view={view} at={at} /> <b>{sender}</b> {event === "inbound-message" ? "to the gateway" : ""} in{" "}
        {conversation}
        {threadId === undefined ? "" : `, ${threadId}`}
        {isMessage ? "" : `: ${event.replaceAll("-", " ")}`}
      </small>
      <p>{text}</p>
      {attachments !== undefined && <small>{attachments} attached</small>}
    </li>
  );
}

function Requests({ view, step }: PanelProps) {
  const requests = of(view.requests, step);
  if (requests.length === 0) return <Nothing>The model was not asked.</Nothing>;
  return (
    <>
      {requests.map((request) => (
        <Request key={request.request} view={view} request={request} />
      ))}
    </>
  );
}

function Request({ view, request }: { view: AttemptView; request: RequestView }) {
  const { at, answeredAt, model, follows, kept, messages, tools, answer, rule, status } = request;
  const before = follows === undefined ? undefined : view.requests.find((each) => each.request === follows);
  return (
    <article class="request">
      <h3>
        Request {request.request} <At view={view} at={at} />{" "}
        <Time ms={answeredAt === undefined ? undefined : answeredAt - at} />
      </h3>
      <p class="facts">
        <span>{model}</span>
        {follows !== undefined && (
          <span>
            goes on from request {follows}: {plural(kept, "message")} as before, new:
          </span>
        )}
      </p>
      {messages.map(({ role, text }, index) => (
        <div key={index} class={`turn ${role}`}>
          <b>{role === "system-change" ? "prompt, changed lines" : role === "system" ? "prompt" : role}</b>
          {role === "system-change" ? <DiffLines text={text} /> : <pre>{text}</pre>}
        </div>
      ))}
      {tools && <Tools now={tools} before={before && toolsOf(view, before)} />}
      <div class="turn answer">
        <b>{status === "answered" ? "answer" : (status ?? "no answer yet")}</b>
        {answer !== undefined && <pre>{answer}</pre>}
        {rule !== undefined && <small>by the rule {rule}</small>}
      </div>
    </article>
  );
}

/** The tools that a request declared; it says so only where they differ. */
function toolsOf(view: AttemptView, request: RequestView): readonly string[] {
  if (request.tools) return request.tools;
  const before = view.requests.find((each) => each.request === request.follows);
  return before && before !== request ? toolsOf(view, before) : [];
}

function Tools({ now, before }: { now: readonly string[]; before: readonly string[] | undefined }) {
  if (!before) {
    return (
      <div class="turn">
        <b>{now.length} tools</b>
        <p class="tools">{now.join(", ")}</p>
      </div>
    );
  }
  const text = [
    ...before.filter((name) => !now.includes(name)).map((name) => `- ${name}`),
    ...now.filter((name) => !before.includes(name)).map((name) => `+ ${name}`),
  ].join("\n");
  return (
    <div class="turn">
      <b>tools</b>
      <DiffLines text={text || "the same in another order"} />
    </div>
  );
}

function Calls({ view, step }: PanelProps) {
  const calls = of(view.calls, step);
  if (calls.length === 0) return <Nothing>The scenario asked the gateway nothing.</Nothing>;
  return (
    <>
      {calls.map((call) => (
        <Call key={call.call} view={view} call={call} />
      ))}
    </>
  );
}

function Call({ view, call }: { view: AttemptView; call: CallView }) {
  const { at, endedAt, method, params, answer, failed, same, via } = call;
  return (
    <details class={`asked ${failed ? "failed" : ""}`} open={failed === true}>
      <summary>
        <Verdict of={endedAt === undefined ? "unknown" : failed ? "failed" : "passed"} word={false} />
        <code>{method}</code>
        {via === "process" && <small>process</small>}
        <span class="right">
          <Time ms={endedAt === undefined ? undefined : endedAt - at} /> <At view={view} at={at} />
        </span>
      </summary>
      {params !== undefined && (
        <>
          <b>asked</b>
          <Json text={params} />
        </>
      )}
      <b>{endedAt === undefined ? "no answer" : failed ? "refused" : "answered"}</b>
      {same !== undefined && <p>the same as call {same}</p>}
      {answer !== undefined && (failed ? <pre>{answer}</pre> : <Json text={answer} />)}
    </details>
  );
}

function Changes({ view, step }: PanelProps) {
  const changes = of(view.changes, step);
  if (changes.length === 0) return <Nothing>Nothing of the state that is known has changed.</Nothing>;
  // What was found before the first step is no change.
  const found = changes.filter((change) => change.step === undefined);
  const changed = changes.filter((change) => change.step !== undefined);
  return (
    <>
      {[...new Set(changed.map(({ area }) => area))].map((area) => (
        <Area key={area} name={area} changes={changed.filter((change) => change.area === area)} />
      ))}
      {found.length > 0 && <Area name="config, as it was found" changes={found} isClosed />}
    </>
  );
}

interface AreaProps {
  name: string;
  changes: readonly ChangeView[];
  isClosed?: boolean;
}

function Area({ name, changes, isClosed = false }: AreaProps) {
  return (
    <details open={!isClosed} class="area">
      <summary>
        {name} <small>{changes.length}</small>
      </summary>
      <table>
        <thead>
          <tr>
            <th scope="col">what</th>
            <th scope="col">before</th>
            <th scope="col">after</th>
          </tr>
        </thead>
        <tbody>
          {changes.map(({ path, before, after, at }, index) => (
            <tr key={`${at} ${index}`}>
              <th scope="row">{path}</th>
              <td class="gone">{before ?? "–"}</td>
              <td class="added">{after ?? "gone"}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

function Log({ view, step }: PanelProps) {
  const lines = of(view.log, step);
  if (lines.length === 0) return <Nothing>The gateway logged nothing.</Nothing>;
  return (
    <ol class="log">
      {lines.map(({ text }, index) => (
        <li
          key={index}
          class={/\berror\b|\bfatal\b/i.test(text) ? "error" : /\bwarn/i.test(text) ? "warn" : ""}
        >
          {text}
        </li>
      ))}
    </ol>
  );
}

function Acts({ view, step }: PanelProps) {
  const acts = of(view.acts, step);
  if (acts.length === 0) return <Nothing>The gateway does not say what it did, or did nothing.</Nothing>;
  return (
    <ol class="acts">
      {acts.map(({ at, event, facts }, index) => (
        <li key={index}>
          <At view={view} at={at} /> <b>{event.replaceAll("-", " ")}</b> <code>{factsText(facts)}</code>
        </li>
      ))}
    </ol>
  );
}

/** Facts as names and values, without what is too long to tell anything. */
function factsText(facts = "{}"): string {
  try {
    return Object.entries(JSON.parse(facts) as object)
      .map(([name, value]) => `${name} ${typeof value === "string" ? value : JSON.stringify(value)}`)
      .join(" · ")
      .replaceAll(/\b([0-9a-f]{8})[0-9a-f]{32,}\b/g, "$1…");
  } catch {
    return facts;
  }
}
