/** Ways to break the bus on purpose, so that a scenario can see how the gateway copes. */
export class BusFaults {
  #dropNextOutboundResponse = false;
  #failures: { left: number; status: number } = { left: 0, status: 503 };

  /** The next outbound message is recorded, but its sender's connection is cut before the answer. */
  dropOutboundResponseAfterAccept(): void {
    this.#dropNextOutboundResponse = true;
  }

  /** The next `count` outbound messages and actions are refused with `status`, and nothing is recorded. */
  failNext(count: number, status = 503): void {
    this.#failures = { left: count, status };
  }

  reset(): void {
    this.#dropNextOutboundResponse = false;
    this.#failures.left = 0;
  }

  /** @returns the HTTP status to refuse with, if this request is to fail */
  takeFailure(): number | undefined {
    if (this.#failures.left === 0) return undefined;
    this.#failures.left -= 1;
    return this.#failures.status;
  }

  /** @returns whether the answer to the outbound message just recorded is to be dropped */
  takeDroppedResponse(): boolean {
    const drop = this.#dropNextOutboundResponse;
    this.#dropNextOutboundResponse = false;
    return drop;
  }
}
