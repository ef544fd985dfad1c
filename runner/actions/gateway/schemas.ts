import type { GatewayIdentity } from "../../gateway/gateway.ts";
import { NUMBER, record, STRING, typed } from "../schema.ts";

/** Who the gateway process is. Not every gateway reports its pid and its generation. */
export const IDENTITY = record({ bootId: STRING, version: STRING }, { pid: NUMBER, generation: NUMBER });

/** Who the process was. Its members are not checked: reading a generation that is not known throws. */
export const BEFORE = typed<GatewayIdentity>({ type: "object", description: "from `readGatewayIdentity`" });

export const SIGNAL = typed<NodeJS.Signals>({
  type: "string",
  description: "its name, for instance `SIGTERM`",
});
