/** Account that messages belong to when nobody says otherwise. */
export const DEFAULT_ACCOUNT = "default";
/** Sender of the gateway's messages, as the channel's config has it. */
export const BOT_ID = "openclaw";
export const BOT_NAME = "OpenClaw QA";
