import { type Hello, SERVICE_RESTART } from "../rpc/socket.ts";

/**
 * Distinguishes the processes behind one address. Newer releases name their boot when they let a client in. Older ones
 * say for how long their process has run, and say so when they close a connection for a restart.
 */
export class RemoteBoots {
  #hello: Hello | undefined;
  #firstStart: string | undefined;
  #restarts = 0;
  #announced = false;

  /** The connection was lost. */
  closed(closeCode: number): void {
    this.#announced ||= closeCode === SERVICE_RESTART;
  }

  /** There is a connection. */
  connected(hello: Hello): void {
    if (hello === this.#hello) return;
    const startedAt = hello.receivedAt - (hello.uptimeMs ?? 0);
    this.#firstStart ??= new Date(startedAt).toISOString();
    // The process that let us in last time was already running then: one that began later is another.
    const began = hello.uptimeMs !== undefined && startedAt > (this.#hello?.receivedAt ?? startedAt);
    if (this.#hello && (this.#announced || began)) this.#restarts += 1;
    this.#announced = false;
    this.#hello = hello;
  }

  /** Changes with every start of the gateway that shows. */
  get bootId(): string {
    return this.#hello?.bootId ?? `${this.#firstStart}+${this.#restarts}`;
  }
}
