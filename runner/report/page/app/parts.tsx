import { diffWordsWithSpace } from "diff";
import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import { formatDuration } from "../../../base/text.ts";
import type { Failure } from "../../events.ts";

const SIGNS: Readonly<Record<string, string>> = {
  passed: "✓",
  failed: "✗",
  blocked: "⊘",
  skipped: "–",
  flaky: "↻",
  "not-reached": "·",
  happened: "✓",
  missing: "✗",
  unknown: "?",
};

/** A verdict as a sign and, unless there is no room, a word. */
export function Verdict({ of, word = true }: { of: string; word?: boolean }) {
  const name = of.replaceAll("-", " ");
  return (
    <span class={`verdict ${of}`}>
      <span aria-hidden="true" class="sign">
        {SIGNS[of] ?? "?"}
      </span>
      <span class={word ? "" : "unseen"}>{name}</span>
    </span>
  );
}

export function Time({ ms }: { ms: number | undefined }) {
  return ms === undefined ? null : <span class="time">{formatDuration(ms)}</span>;
}

/** A command that can be copied. */
export function Command({ label, text }: { label: string; text: string }) {
  const code = useRef<HTMLElement>(null);
  const [said, setSaid] = useState("");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setSaid("copied");
    } catch {
      // A page from a disk may not write there; it can be marked all the same.
      if (code.current) getSelection()?.selectAllChildren(code.current);
      setSaid("marked");
    }
  };
  return (
    <div class="command">
      <span class="label">{label}</span>
      <code ref={code}>{text}</code>
      <button type="button" onClick={copy} aria-label={`Copy: ${text}`}>
        Copy
      </button>
      <span role="status" class="said">
        {said}
      </span>
    </div>
  );
}

/** Text in which backticks mark code, as the prose of scenarios has it. */
export function Prose({ text }: { text: string }) {
  const paragraphs = text
    .trim()
    .split(/\n\s*\n/)
    .filter(Boolean);
  return (
    <>
      {paragraphs.map((paragraph) => (
        <p key={paragraph}>
          {paragraph
            .split(/(`[^`]+`)/)
            .map((part) => (/^`.+`$/.test(part) ? <code key={part}>{part.slice(1, -1)}</code> : part))}
        </p>
      ))}
    </>
  );
}

/** Lines that begin with `+` or `-`, coloured; their signs stay. */
export function DiffLines({ text }: { text: string }) {
  return (
    <pre class="diff">
      {text.split("\n").map((line, index) => (
        <span key={index} class={line.startsWith("+") ? "added" : line.startsWith("-") ? "gone" : ""}>
          {`${line}\n`}
        </span>
      ))}
    </pre>
  );
}

/** Longer texts have no few words in which they differ. */
const LONGEST_COMPARED = 4_000;

/** A text whose words are marked that another one does not have; unmarked where the two have little in common. */
export function Words({ text, other = "" }: { text: string; other: string | undefined }) {
  if (other === "" || text.length > LONGEST_COMPARED || other.length > LONGEST_COMPARED) return <>{text}</>;
  const parts = diffWordsWithSpace(other, text).filter(({ removed }) => !removed);
  const common = parts.reduce((sum, { added, value }) => sum + (added ? 0 : value.trim().length), 0);
  if (common * 2 < text.length) return <>{text}</>;
  return <>{parts.map(({ added, value }, index) => (added ? <mark key={index}>{value}</mark> : value))}</>;
}

/** JSON laid out; what is cut or is none stays as it is. */
export function Json({ text }: { text: string }) {
  let shown = text;
  try {
    shown = JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    // Cut off in the middle.
  }
  return <pre class="json">{shown}</pre>;
}

/** How far something came, link by link. */
export function Chain({ chain: { name, about, links } }: { chain: NonNullable<Failure["chain"]> }) {
  return (
    <section aria-label={`How far the ${name} came`}>
      <h3>
        {name}
        {about === undefined ? "" : `: ${about}`}
      </h3>
      <ol class="chain">
        {links.map(({ link, state, at, detail }) => (
          <li key={link} class={state}>
            <span aria-hidden="true" class="sign">
              {SIGNS[state]}
            </span>
            <span class="link">{link.replaceAll("-", " ")}</span>
            <span class="unseen">{state === "unknown" ? "not known" : state}</span>
            <small>
              {[at === undefined ? undefined : formatDuration(at), detail].filter(Boolean).join(" · ")}
            </small>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** What is there when there is nothing. */
export function Nothing({ children }: { children: ComponentChildren }) {
  return <p class="nothing">{children}</p>;
}
