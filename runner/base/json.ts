/** A JSON object whose members are not known. */
export type JsonObject = Record<string, unknown>;
