import { isIP } from "node:net";
import { type ConnectionOptions, connect, type TLSSocket } from "node:tls";
import type { Door } from "../../smoke/client.ts";
import { CannotTell } from "../finding.ts";

/** A TLS server, and the name that it is asked for. */
export interface Endpoint {
  host: string;
  port: number;
  name: string;
  ca?: string;
}

const WITHIN_MS = 10_000;

export function endpointOf({ url, at, ca }: Door): Endpoint {
  const { hostname, port } = new URL(url);
  return { host: at?.host ?? hostname, port: at?.port ?? (Number(port) || 443), name: hostname, ca };
}

/**
 * One handshake, whatever the certificate is, and what `read` takes from it.
 *
 * @returns undefined when the server doesn't want it
 * @throws {CannotTell} when nobody is there to ask
 */
export function handshake<T>(
  { host, port, name, ca }: Endpoint,
  options: ConnectionOptions,
  read: (socket: TLSSocket) => T,
): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const servername = isIP(name) ? "" : name;
    let connected = false;
    const socket = connect({ host, port, servername, ca, rejectUnauthorized: false, ...options });
    const nobody = (why: string) =>
      reject(
        new CannotTell(`${name}:${port} ${why}`, "See first why the balancer can't be reached from here."),
      );
    const timer = setTimeout(() => {
      socket.destroy();
      nobody(`doesn't answer within ${WITHIN_MS / 1000} s`);
    }, WITHIN_MS);
    socket.once("connect", () => {
      connected = true;
    });
    socket.once("secureConnect", () => {
      clearTimeout(timer);
      resolve(read(socket));
      socket.destroy();
    });
    socket.once("error", ({ message }) => {
      clearTimeout(timer);
      if (connected) resolve(undefined);
      else nobody(`can't be reached: ${message}`);
    });
    socket.once("close", () => {
      clearTimeout(timer);
      if (connected) resolve(undefined);
    });
  });
}
