/** What stands in a run for `systemctl` and `busctl`: hands its arguments to the manager, and prints what that answers. */
const { connect } = require("node:net");

const [folder, program, ...args] = process.argv.slice(2);
// The path of a socket may not be long, and that of a temp folder is.
process.chdir(folder);
const socket = connect("socket");
let text = "";
process.exitCode = 1;
socket.setEncoding("utf8");
socket.on("connect", () => socket.end(JSON.stringify({ program, args })));
socket.on("data", (chunk) => {
  text += chunk;
});
socket.on("error", ({ message }) => fail(message));
socket.on("close", () => {
  if (text === "") return;
  const { code, stdout, stderr } = JSON.parse(text);
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  process.exitCode = code;
});

/** The words of the real ones, from which programs see that there is no manager. */
function fail(why) {
  process.stderr.write(`Failed to connect to bus: ${why}\n`);
}
