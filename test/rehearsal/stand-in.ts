import { createServer } from "node:http";
import { Client } from "pg";

// The smallest application that shows whether a server got what it needs: it speaks to the database, or is unhealthy.
const { DATABASE_URL, HOST, PORT, GREETING, TRACK, FAIL } = process.env;
if (FAIL) {
  console.error("told to fail");
  process.exit(3);
}
const database = new Client({ connectionString: DATABASE_URL });
database.on("error", () => process.exit(1));
await database.connect();
createServer(async (request, response) => {
  const { rows } = await database.query("select current_user as role");
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ path: request.url, role: rows[0].role, greeting: GREETING, track: TRACK }));
}).listen(Number(PORT), HOST);
process.once("SIGTERM", () => process.exit(0));
