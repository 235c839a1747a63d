import { flagAgent } from "./agent.ts";
import { servedFrom } from "./published.ts";

// AppConfig's agent as the rehearsal plays it: `node main.ts FILE PORT`.

const [file = "", port] = process.argv.slice(2);
const server = flagAgent(servedFrom(file));
server.listen(Number(port), "127.0.0.1", () => {
  process.stdout.write(`serving ${file} on 127.0.0.1:${port}\n`);
});
server.on("error", (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
process.once("SIGTERM", () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
