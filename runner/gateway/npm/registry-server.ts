// A process of its own, because verdaccio takes most of a second to load. It ends with the runner, however
// the runner ends: the channel between them closes.

process.on("disconnect", () => process.exit(0));

const [configPath = "", verdaccio = ""] = process.argv.slice(2);
const { runServer } = (await import(verdaccio)) as typeof import("verdaccio");
const app = await runServer(configPath);
const server = app.listen(0, "127.0.0.1", () => {
  process.send?.({ port: server.address().port });
});
