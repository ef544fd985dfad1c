import type { ComponentChildren } from "preact";
import { useMemo } from "preact/hooks";
import { formatDuration } from "../../../base/text.ts";
import type { AttemptView, SampleView } from "../attempt-view.ts";
import type { Tab } from "./route.ts";
import { type Scale, scaleOf } from "./scale.ts";

/** What the gateway did that is worth a word of its own. */
const LOUD =
  /^(?:boot|ready|stopped|restart-begun|config-applied|config-rejected|plugin-failed|run-abandoned|reply-unsent)$/;

interface TimelineProps {
  view: AttemptView;
  /** Counts from 0. */
  selected: number | undefined;
  /** Shows a step, and what of it. */
  onSelect(step: number | undefined, tab: Tab): void;
}

/** An attempt across time: a lane for each of those who take part. */
export function Timeline({ view, selected, onSelect }: TimelineProps) {
  const scale = useMemo(() => scaleOf(view), [view]);
  const bars = (lane: string, tab: Tab, spans: Span[]) => (
    <Lane name={lane} scale={scale}>
      {spans.map((span, index) => (
        <button
          key={index}
          type="button"
          tabIndex={-1}
          class={`mark ${span.kind}`}
          title={span.title}
          style={spanStyle(scale, span.at, span.endedAt)}
          onClick={() => onSelect(span.step, tab)}
        />
      ))}
    </Lane>
  );
  return (
    <figure class="timeline" aria-label="Time line">
      <div class="lane steps">
        <span class="name">steps</span>
        <div class="track">
          <Breaks scale={scale} />
          {view.readyAt !== undefined && (
            <span
              class="boot"
              style={spanStyle(scale, view.at, view.steps[0]?.at ?? view.readyAt)}
              title="boot"
            />
          )}
          {view.steps.map(({ index, name, status, at, endedAt }) =>
            at === undefined ? null : (
              <button
                key={index}
                type="button"
                class={`bar ${status}`}
                aria-pressed={selected === index}
                title={`${index + 1}. ${name}`}
                aria-label={`Step ${index + 1}, ${status}: ${name}`}
                style={spanStyle(scale, at, endedAt ?? view.endedAt)}
                onClick={() => onSelect(index, "step")}
              >
                {index + 1}
              </button>
            ),
          )}
        </div>
      </div>
      <div aria-hidden="true">
        {bars(
          "client",
          "calls",
          view.calls.map(({ method, failed, endedAt, ...call }) => ({
            ...call,
            endedAt: endedAt ?? view.endedAt,
            kind: failed ? "call failed" : "call",
            title: `${method}${endedAt === undefined ? ", no answer" : `, ${formatDuration(endedAt - call.at)}`}`,
          })),
        )}
        {bars(
          "gateway",
          view.acts.length > 0 ? "gateway" : "log",
          view.acts.length > 0
            ? view.acts.map(({ event, facts = "", ...act }) => ({
                ...act,
                kind: LOUD.test(event)
                  ? `act loud ${/failed|rejected|unsent|abandoned/.test(event) ? "failed" : ""}`
                  : "act",
                title: `${event} ${facts.slice(0, 120)}`,
              }))
            : view.log.map(({ text, ...line }) => ({ ...line, kind: "act", title: text })),
        )}
        {bars(
          "channel",
          "messages",
          view.messages.map(({ event, text, sender = "", conversation, ...message }) => ({
            ...message,
            kind: event === "inbound-message" ? "message in" : "message out",
            title: `${sender} in ${conversation}: ${text.slice(0, 120)}`,
          })),
        )}
        {bars(
          "model",
          "model",
          view.requests.map(({ request, answeredAt, rule = "", ...each }) => ({
            ...each,
            endedAt: answeredAt ?? view.endedAt,
            kind: answeredAt === undefined ? "call failed" : "call",
            title: `request ${request} ${rule}`,
          })),
        )}
        <Lane name="processes" scale={scale}>
          <Usage samples={view.samples} scale={scale} />
        </Lane>
      </div>
      <figcaption>
        <span>{formatDuration(view.endedAt - view.at)}</span>
        <span>{usageText(view.samples)}</span>
      </figcaption>
    </figure>
  );
}

interface Span {
  at: number;
  endedAt?: number;
  step?: number;
  kind: string;
  title: string;
}

function Lane({ name, scale, children }: { name: string; scale: Scale; children: ComponentChildren }) {
  return (
    <div class="lane">
      <span class="name">{name}</span>
      <div class="track">
        <Breaks scale={scale} />
        {children}
      </div>
    </div>
  );
}

function Breaks({ scale }: { scale: Scale }) {
  return (
    <>
      {scale.breaks.map(({ from, to, ms }) => (
        <span
          key={from}
          class="break"
          title={`nothing for ${formatDuration(ms)}`}
          style={{ insetInlineStart: `${from}%`, inlineSize: `${to - from}%` }}
        >
          {formatDuration(ms)}
        </span>
      ))}
    </>
  );
}

function spanStyle(scale: Scale, at: number, endedAt: number | undefined) {
  const from = scale.place(at);
  const width = endedAt === undefined ? undefined : Math.max(0, scale.place(endedAt) - from);
  return { insetInlineStart: `${from}%`, ...(width === undefined ? {} : { inlineSize: `${width}%` }) };
}

/** Memory of the gateway as an area. */
function Usage({ samples, scale }: { samples: readonly SampleView[]; scale: Scale }) {
  const points = gatewayMemory(samples);
  const most = Math.max(1, ...points.map(({ bytes }) => bytes));
  if (points.length < 2) return null;
  const line = points.map(({ at, bytes }) => `${scale.place(at)},${20 - (bytes / most) * 18}`).join(" ");
  const [first, last] = [scale.place(points[0]?.at ?? 0), scale.place(points.at(-1)?.at ?? 0)];
  return (
    <svg viewBox="0 0 100 20" preserveAspectRatio="none" class="usage" role="presentation">
      <polygon points={`${first},20 ${line} ${last},20`} />
    </svg>
  );
}

function gatewayMemory(samples: readonly SampleView[]) {
  return samples.flatMap(({ at, processes }) => {
    const gateway = processes.find(({ role }) => role === "gateway");
    return gateway ? [{ at, bytes: gateway.memoryBytes, cpuMs: gateway.cpuMs, pid: gateway.pid }] : [];
  });
}

function usageText(samples: readonly SampleView[]): string {
  const points = gatewayMemory(samples);
  const last = points.at(-1);
  if (!last) return "";
  const most = Math.max(...points.map(({ bytes }) => bytes)) / 1024 / 1024;
  return `gateway: at most ${Math.round(most)} MB, ${formatDuration(last.cpuMs)} of CPU`;
}
