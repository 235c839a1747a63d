import { standIn } from "./stand-in.ts";

// The services of others as the rehearsal plays them: `node main.ts PORT NAME...`.

const [port, ...names] = process.argv.slice(2);
const server = standIn(names);
server.listen(Number(port), "127.0.0.1", () => {
  process.stdout.write(`standing in for ${names.join(", ")} on 127.0.0.1:${port}\n`);
});
server.on("error", (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
process.once("SIGTERM", () => {
  server.close(() => process.exit(0));
  server.closeAllConnections();
});
