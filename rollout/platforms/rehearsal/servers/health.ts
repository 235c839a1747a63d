import { readFileSync } from "node:fs";
import { request } from "node:https";
import type { ServerRecord } from "../machine/state.ts";
import type { Room } from "../room.ts";

/** Asks a server's `/health` through its nginx, as the balancer does. @returns whether it answers 200 */
export function healthOf(
  room: Pick<Room, "ledger" | "certificates">,
  { port }: ServerRecord,
): Promise<boolean> {
  return answers200(room.ledger.state.domain, port, room.certificates.caFile);
}

/** Rejects when nobody listens. */
export function answers200(domain: string, port: number, caFile: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        host: "127.0.0.1",
        port,
        path: "/health",
        servername: domain,
        headers: { host: domain },
        ca: readFileSync(caFile),
        agent: false,
        timeout: 2_000,
      },
      (response) => {
        response.resume();
        response.once("end", () => resolve(response.statusCode === 200));
      },
    );
    asked.once("timeout", () => asked.destroy(new Error("timeout")));
    asked.once("error", reject);
    asked.end();
  });
}
