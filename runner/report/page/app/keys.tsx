import { useEffect, useRef, useState } from "preact/hooks";

/** What a key does, and what the help says of it. */
export interface Key {
  keys: readonly string[];
  shown: string;
  about: string;
  act(): void;
}

/** Listens to keys as long as it is shown, and shows them on `?`. */
export function Keys({ list }: { list: readonly Key[] }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const { target, key } = event;
      const typing = target instanceof HTMLElement && target.matches("input, select, textarea");
      if (event.ctrlKey || event.metaKey || event.altKey || dialog.current?.open) return;
      if (typing && key !== "Escape") return;
      if (key === "?") return setOpen(true);
      const found = list.find(({ keys }) => keys.includes(key));
      if (!found) return;
      event.preventDefault();
      found.act();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [list]);
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
  }, [isOpen]);
  return (
    <>
      <button type="button" class="help" onClick={() => setOpen(true)}>
        Keys <kbd>?</kbd>
      </button>
      <dialog ref={dialog} onClose={() => setOpen(false)} aria-labelledby="keys-title">
        <h2 id="keys-title">Keys</h2>
        <dl>
          {[...list, { shown: "?", about: "this list" }].map(({ shown, about }) => (
            <div key={shown}>
              <dt>
                <kbd>{shown}</kbd>
              </dt>
              <dd>{about}</dd>
            </div>
          ))}
        </dl>
        <form method="dialog">
          <button type="submit">Close</button>
        </form>
      </dialog>
    </>
  );
}
