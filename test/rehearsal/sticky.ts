import { readFileSync } from "node:fs";
import type { Status } from "../../rollout/platforms/rehearsal/index.ts";
import { Browser } from "./browser.ts";
import { client } from "./project.ts";

/** Clients that keep the servers' cookies, as browsers do: each stays with the version that it met. */
export function stickyClients({ url, caFile }: Pick<Status, "url" | "caFile">, count: number) {
  const ca = readFileSync(caFile, "utf8");
  const browsers = Array.from({ length: count }, (_, index) => new Browser(url, ca, client(index)));
  let tracks: string[] = [];
  return {
    /** A request of each client. */
    async round(): Promise<void> {
      tracks = await Promise.all(browsers.map(async (each) => (await each.get("/version")).track));
    },
    /** Which track answered each client in the last round. */
    last: () => tracks,
  };
}
