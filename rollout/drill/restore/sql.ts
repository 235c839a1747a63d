import { connect } from "node:net";
import { type Digests, digestsOf } from "../../platforms/rehearsal/backups/digest.ts";

export interface Address {
  host: string;
  port: number;
}

/** Who reads a database, and how. */
export interface Login {
  user: string;
  database: string;
  password(): Promise<string>;
}

/** What a database says of itself when every row of it is read; or why it can't be asked from here. */
export type Looked = { why: string } | { tables: Digests; checksums: boolean };

const REACH_MS = 4_000;

/**
 * Reads a database in AWS whole, where this machine reaches it: it is in subnets with no way in but from the stack's own
 * servers, so that takes a machine within the network, or a tunnel.
 */
export async function lookInto(address: Address, login: Login): Promise<Looked> {
  if (!(await isReachable(address)))
    return { why: `${address.host} isn't reached from here: only the stack's servers may connect to it` };
  const { PGSSLROOTCERT } = process.env;
  if (!PGSSLROOTCERT) return { why: "PGSSLROOTCERT must name the file of RDS's certificate authorities" };
  const [{ default: pg }, { readFileSync }] = await Promise.all([import("pg"), import("node:fs")]);
  const client = new pg.Client({
    ...address,
    user: login.user,
    database: login.database,
    password: await login.password(),
    ssl: { ca: readFileSync(PGSSLROOTCERT, "utf8") },
    connectionTimeoutMillis: 20_000,
  });
  client.on("error", () => {});
  try {
    await client.connect();
    const { rows } = await client.query("SHOW data_checksums");
    return { tables: await digestsOf(client), checksums: rows[0].data_checksums === "on" };
  } finally {
    await client.end().catch(() => {});
  }
}

function isReachable({ host, port }: Address): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: REACH_MS });
    const end = (reached: boolean) => {
      socket.destroy();
      resolve(reached);
    };
    socket.once("connect", () => end(true));
    socket.once("timeout", () => end(false));
    socket.once("error", () => end(false));
  });
}
