import { readFileSync } from "node:fs";
import { request } from "node:https";
import type { Status } from "../../rollout/platforms/rehearsal/index.ts";
import { client } from "./project.ts";

/** Clients that keep the servers' cookies, as browsers do: each stays with the version that it met. */
export function stickyClients({ url, caFile }: Pick<Status, "url" | "caFile">, count: number) {
  const ca = readFileSync(caFile, "utf8");
  const jars = Array.from({ length: count }, () => new Map<string, string>());
  let tracks: string[] = [];
  return {
    /** A request of each client. */
    async round(): Promise<void> {
      tracks = await Promise.all(
        jars.map(async (jar, index) => {
          const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
          const answer = await ask(`${url}/version`, ca, { ...client(index), ...(cookie && { cookie }) });
          for (const [name, value] of answer.cookies) jar.set(name, value);
          return answer.track;
        }),
      );
    },
    /** Which track answered each client in the last round. */
    last: () => tracks,
  };
}

function ask(url: string, ca: string, headers: Record<string, string>) {
  return new Promise<{ track: string; cookies: [string, string][] }>((resolve, reject) => {
    request(url, { ca, headers, agent: false, timeout: 10_000 }, (response) => {
      response.resume();
      const cookies = (response.headers["set-cookie"] ?? []).map((each): [string, string] => {
        const [pair = ""] = each.split(";", 1);
        return [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)];
      });
      response.once("end", () => resolve({ track: String(response.headers["x-track"] ?? ""), cookies }));
    })
      .on("error", reject)
      .end();
  });
}
