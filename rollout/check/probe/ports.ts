import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { ask, type Door } from "../../smoke/client.ts";
import type { PortFacts } from "../checks/entrance/ports.ts";

/** A port that is filtered doesn't answer at all. */
const WITHIN_MS = 3_000;

export function probePort(host: string, port: number): Promise<"open" | "refused" | "silent"> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (found: "open" | "refused" | "silent") => {
      socket.destroy();
      resolve(found);
    };
    socket.setTimeout(WITHIN_MS, () => end("silent"));
    socket.once("connect", () => end("open"));
    socket.once("error", ({ code }: NodeJS.ErrnoException) =>
      end(code === "ECONNREFUSED" ? "refused" : "silent"),
    );
  });
}

/** Whether the plain port does nothing but send everybody to HTTPS, and the other one serves. */
export async function probeEntrance(plain: Door, secure: Door): Promise<PortFacts[]> {
  const [redirected, served] = await Promise.all([
    ask(plain, { method: "GET", path: "/", withinMs: 10_000 }).catch(() => undefined),
    ask(secure, { method: "GET", path: "/", withinMs: 10_000 }).catch(() => undefined),
  ]);
  const redirects =
    redirected &&
    [301, 302, 307, 308].includes(redirected.status) &&
    redirected.headers.location?.startsWith("https://");
  return [
    {
      what: "port 80",
      expected: "redirects",
      found: redirects ? "redirects" : redirected ? "serves" : await foundAt(plain, 80),
    },
    { what: "port 443", expected: "serves", found: served ? "serves" : await foundAt(secure, 443) },
  ];
}

async function foundAt({ url, at }: Door, port: number): Promise<PortFacts["found"]> {
  return probePort(at?.host ?? new URL(url).hostname, at?.port ?? port);
}

/** An IPv4 address of this machine that others may see. Undefined: it has only loopback. */
export function outsideAddress(): string | undefined {
  return Object.values(networkInterfaces())
    .flat()
    .find((each) => each?.family === "IPv4" && !each.internal)?.address;
}
