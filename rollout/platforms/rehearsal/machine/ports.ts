import { randomInt } from "node:crypto";
import { createServer, type Server } from "node:net";
import { first } from "../../../../infra/sure.ts";
import { RehearsalError } from "./errors.ts";

const LOOPBACK = "127.0.0.1";

/** The port of the rehearsal's URL when none is asked for and it is free. */
const USUAL_PORT = 8443;

/**
 * Below the ports that systems give to outgoing connections (from 32768 on Linux, from 49152 on macOS): one of these could have a
 * server's port at the moment when the server starts again.
 */
const OURS = { from: 15_000, to: 32_000 };
const TRIES = 100;

/** Free loopback ports, all different: they are held open together until all are known. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, listenAnywhere));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map(close));
  return ports;
}

export async function freePort(): Promise<number> {
  return first(await freePorts(1));
}

/** Client ports that are ours until the balancer listens there. */
const held = new Map<number, Server>();

/**
 * The port that clients will use, held open until {@link releasePort}: the balancer starts seconds later, and another stack
 * that comes up in between must not choose the same.
 *
 * @param asked a port that must be had; without one the usual port, or any other when that is taken
 * @throws {RehearsalError} when the asked port is taken or forbidden
 */
export async function clientPort(asked?: number): Promise<number> {
  if (asked !== undefined) await releasePort(asked);
  const server =
    asked === undefined ? await usualOrFree() : await listen(asked).catch((error) => refuse(asked, error));
  const { port } = server.address() as { port: number };
  // A stack that doesn't come up after all doesn't keep the process.
  held.set(port, server.unref());
  return port;
}

/** Frees a held port for the balancer, which must start at once. */
export async function releasePort(port: number): Promise<void> {
  const server = held.get(port);
  held.delete(port);
  if (server) await close(server);
}

function usualOrFree(): Promise<Server> {
  return listen(USUAL_PORT).catch(listenAnywhere);
}

function refuse(port: number, error: NodeJS.ErrnoException): never {
  throw new RehearsalError(portProblem(port, error.code), { cause: error });
}

function portProblem(port: number, code: string | undefined): string {
  if (code === "EADDRINUSE") {
    return `Port ${port} on ${LOOPBACK} is taken by another program. Stop it, or choose another port with --port.`;
  }
  if (code === "EACCES") return `Port ${port} needs privileges that you don't have. Choose one above 1023.`;
  return `Port ${port} can't be used (${code ?? "unknown error"}).`;
}

async function listenAnywhere(): Promise<Server> {
  for (let tried = 0; tried < TRIES; tried++) {
    const server = await listen(randomInt(OURS.from, OURS.to)).catch(() => undefined);
    if (server) return server;
  }
  return listen(0);
}

function listen(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    // A client that comes early (a browser that tries again) is sent away: close() would wait for it, in vain.
    const server = createServer((socket) => socket.resetAndDestroy());
    server.once("error", reject);
    server.listen({ port, host: LOOPBACK, exclusive: true }, () => resolve(server));
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}
