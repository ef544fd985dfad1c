import { NUMBER, record, STRING } from "../schema.ts";

export const SESSION_KEY = { ...STRING, description: "`agent:<agent>:<rest>`" } as const;

/** A message of a session's transcript. */
export const TRANSCRIPT_MESSAGE = record({ role: STRING }, { content: {}, timestamp: NUMBER });
