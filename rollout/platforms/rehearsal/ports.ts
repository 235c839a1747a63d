import { createServer, type Server } from "node:net";
import { RehearsalError } from "./errors.ts";

const LOOPBACK = "127.0.0.1";

/** The port of the rehearsal's URL when none is asked for and it is free. */
const USUAL_PORT = 8443;

/** Free loopback ports, all different: they are held open together until all are known. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => listen(0)));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map(close));
  return ports;
}

export async function freePort(): Promise<number> {
  return (await freePorts(1))[0]!;
}

/**
 * The port that clients will use.
 *
 * @param asked a port that must be had; without one the usual port, or any other when that is taken
 * @throws {RehearsalError} when the asked port is taken or forbidden
 */
export async function clientPort(asked?: number): Promise<number> {
  if (asked === undefined) return (await isFree(USUAL_PORT)) ? USUAL_PORT : freePort();
  try {
    await close(await listen(asked));
    return asked;
  } catch (error) {
    throw new RehearsalError(portProblem(asked, (error as NodeJS.ErrnoException).code), { cause: error });
  }
}

function portProblem(port: number, code: string | undefined): string {
  if (code === "EADDRINUSE") {
    return `Port ${port} on ${LOOPBACK} is taken by another program. Stop it, or choose another port with --port.`;
  }
  if (code === "EACCES") return `Port ${port} needs privileges that you don't have. Choose one above 1023.`;
  return `Port ${port} can't be used (${code ?? "unknown error"}).`;
}

async function isFree(port: number): Promise<boolean> {
  try {
    await close(await listen(port));
    return true;
  } catch {
    return false;
  }
}

function listen(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen({ port, host: LOOPBACK, exclusive: true }, () => resolve(server));
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}
