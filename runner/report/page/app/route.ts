import { useEffect, useState } from "preact/hooks";

export const TABS = ["step", "messages", "model", "calls", "state", "log", "gateway"] as const;
export type Tab = (typeof TABS)[number];

/** What is shown: `#<scenario>/<step, counted from 1>/<tab>/<attempt>`; without a scenario the overview. */
export interface Route {
  id?: string;
  /** Counts from 0; -1 is all of the attempt. */
  step?: number;
  tab?: Tab;
  attempt?: number;
}

function parse(hash: string): Route {
  const [id = "", step = "", tab = "", attempt = ""] = hash.replace(/^#/, "").split("/").map(decoded);
  if (id === "") return {};
  const known = TABS.find((name) => name === tab);
  return {
    id,
    ...(/^\d+$/.test(step) ? { step: Number(step) - 1 } : {}),
    ...(known ? { tab: known } : {}),
    ...(/^\d+$/.test(attempt) ? { attempt: Number(attempt) } : {}),
  };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The link to what a route says. */
export function hrefOf({ id, step, tab, attempt }: Route): string {
  if (id === undefined) return "#";
  const parts = [
    encodeURIComponent(id),
    step === undefined ? "" : String(step + 1),
    tab ?? "",
    attempt ?? "",
  ];
  return `#${parts.join("/").replace(/\/+$/, "")}`;
}

/** Goes there; `replace` leaves no entry to come back to. */
export function go(route: Route, replace = false): void {
  const href = hrefOf(route);
  if (replace) location.replace(href);
  else location.hash = href;
}

/** The route that the address says. */
export function useRoute(): Route {
  const [route, setRoute] = useState(() => parse(location.hash));
  useEffect(() => {
    const follow = () => setRoute(parse(location.hash));
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  return route;
}
