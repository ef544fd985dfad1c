/** A runner that starts the embedded gateway, says which process it is, and waits to be killed. */
import { QaBus } from "../../channel/bus.ts";
import { serveBus } from "../../channel/server.ts";
import { EmbeddedKind } from "../embedded/embedded.ts";
import { gatewayStart } from "./fixture.ts";

const start = gatewayStart();
const { url } = await serveBus(new QaBus(start.wakeups), start.teardown);
const gateway = await new EmbeddedKind(start.teardown).start({ ...start, busUrl: url });
process.stdout.write(`${JSON.stringify({ pid: gateway.pid, tempRoot: gateway.tempRoot })}\n`);
