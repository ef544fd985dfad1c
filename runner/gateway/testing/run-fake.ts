/** A runner that starts a gateway, says which, and waits to be killed. */
import { startChildGateway } from "../process/start-child.ts";
import { FAKE_PROGRAM, gatewayStart } from "./fixture.ts";

const gateway = await startChildGateway(FAKE_PROGRAM, gatewayStart());
process.stdout.write(`${JSON.stringify({ pid: gateway.pid, tempRoot: gateway.tempRoot })}\n`);
