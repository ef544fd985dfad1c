import { useRef } from "preact/hooks";
import { type Key, Keys } from "./keys.tsx";

/** A list of links, `a.row`, that one walks through by keys. */
export function useRows() {
  const list = useRef<HTMLOListElement>(null);
  const move = (by: number) => {
    const links = [...(list.current?.querySelectorAll<HTMLAnchorElement>("a.row") ?? [])];
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
