import { promises as dns } from "node:dns";
import { syncBuiltinESMExports } from "node:module";
import { Socket } from "node:net";

// Loaded before a program (`node --import`): the stack's public names lead to servers of the test, which stand for the
// balancer. A port that they don't have is closed, and any other host than the loopback can't be found: a program that asks
// the internet learns so.

/** By name, then by the port that is asked for: the port on the loopback. */
const names: Record<string, Record<string, number>> = JSON.parse(process.env.NAMES ?? "{}");
const LOOPBACK = ["127.0.0.1", "localhost", "::1"];

dns.resolve4 = (async (name: string) =>
  name in names ? ["127.0.0.1"] : absent(name)) as typeof dns.resolve4;
dns.resolve6 = (async (name: string) => absent(name, "ENODATA")) as typeof dns.resolve6;
syncBuiltinESMExports();

const connect = Socket.prototype.connect;
Socket.prototype.connect = function (this: Socket, ...words: unknown[]): Socket {
  // Node's own callers pass a list whose first is the options.
  const list = Array.isArray(words[0]) ? words[0] : words;
  const asked = list[0] as { host?: string; port?: number | string };
  if (typeof asked?.host === "string" && !LOOPBACK.includes(asked.host)) {
    const port = names[asked.host]?.[String(asked.port)];
    if (port === undefined) return refuse(this, asked.host, asked.port);
    list[0] = { ...asked, host: LOOPBACK[0], port };
  }
  return Reflect.apply(connect, this, words);
};

function refuse(socket: Socket, host: string, port: unknown): Socket {
  const why =
    host in names
      ? failure("ECONNREFUSED", `${host}:${port} is closed`)
      : failure("ENOTFOUND", `no host ${host}`);
  process.nextTick(() => socket.destroy(why));
  return socket;
}

function absent(name: string, code = "ENOTFOUND"): never {
  throw failure(code, `${code} ${name}`);
}

function failure(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
