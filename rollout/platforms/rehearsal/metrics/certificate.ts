import { connect } from "node:tls";

const DAY_MS = 86_400_000;
const PATIENCE_MS = 2_000;

/**
 * How many whole days the certificate has left that the balancer serves. Whether it is trusted isn't asked.
 *
 * @returns undefined when nothing is served
 */
export function daysLeft(domain: string, port: number, now = Date.now()): Promise<number | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port, servername: domain, rejectUnauthorized: false }, () => {
      const { valid_to: end } = socket.getPeerCertificate();
      socket.destroy();
      resolve(end ? Math.floor((Date.parse(end) - now) / DAY_MS) : undefined);
    });
    socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error("timeout")));
    socket.once("error", () => resolve(undefined));
  });
}
