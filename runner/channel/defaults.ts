/** Account that messages belong to when none is named. */
export const DEFAULT_ACCOUNT = "default";
/** Sender of the gateway's messages, as the channel's config names it. */
export const BOT_ID = "openclaw";
export const BOT_NAME = "OpenClaw QA";

/** The conversation in which a barrier is sent and comes back; no statement sees it, and nothing goes wrong in it on purpose. */
export const BARRIER = "qa-barrier";

/** Events that a poll returns. */
export const POLL_LIMIT = { default: 100, max: 500 };
/** Messages that a search returns. */
export const SEARCH_LIMIT = { default: 20, max: 100 };
