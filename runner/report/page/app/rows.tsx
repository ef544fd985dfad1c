import { useEffect, useRef } from "preact/hooks";
import { type Key, Keys } from "./keys.tsx";
import { hrefOf } from "./route.ts";

/**
 * A list of links, `a.row`, that one walks through by keys.
 * @param seen id of the scenario that one comes back from
 */
export function useRows(seen?: string) {
  const list = useRef<HTMLOListElement>(null);
  const rows = () => [...(list.current?.querySelectorAll<HTMLAnchorElement>("a.row") ?? [])];
  useEffect(() => {
    if (seen === undefined) return;
    rows()
      .find((row) => row.hash === hrefOf({ id: seen }))
      ?.focus();
  }, []);
  const move = (by: number) => {
    const links = rows();
    const at = links.indexOf(document.activeElement as HTMLAnchorElement);
    links[Math.max(0, Math.min(links.length - 1, at < 0 && by < 0 ? links.length - 1 : at + by))]?.focus();
  };
  const keys: Key[] = [
    { keys: ["j", "ArrowDown"], shown: "j ↓", about: "next scenario", act: () => move(1) },
    { keys: ["k", "ArrowUp"], shown: "k ↑", about: "scenario before", act: () => move(-1) },
  ];
  return { list, keys };
}

/** What stands above a page that lists scenarios. */
export function Top({ keys }: { keys: Key[] }) {
  return (
    <header class="top">
      <span class="brand">Gateway QA</span>
      <Keys list={keys} />
    </header>
  );
}
