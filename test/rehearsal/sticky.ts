import { readFileSync } from "node:fs";
import { request } from "node:https";
import type { Status } from "../../rollout/platforms/rehearsal/index.ts";
import { client } from "./project.ts";

/** Clients that keep the balancer's cookie, as browsers do: each stays with the track that it met. */
export function stickyClients({ url, caFile }: Pick<Status, "url" | "caFile">, count: number) {
  const ca = readFileSync(caFile, "utf8");
  const cookies: (string | undefined)[] = Array.from({ length: count });
  let tracks: string[] = [];
  return {
    /** A request of each client. */
    async round(): Promise<void> {
      tracks = await Promise.all(
        cookies.map(async (cookie, index) => {
          const answer = await ask(`${url}/version`, ca, { ...client(index), ...(cookie && { cookie }) });
          cookies[index] = answer.cookie ?? cookie;
          return answer.track;
        }),
      );
    },
    /** Which track answered each client in the last round. */
    last: () => tracks,
  };
}

function ask(url: string, ca: string, headers: Record<string, string>) {
  return new Promise<{ track: string; cookie: string | undefined }>((resolve, reject) => {
    request(url, { ca, headers, agent: false, timeout: 10_000 }, (response) => {
      response.resume();
      const set = response.headers["set-cookie"]?.find((each) => each.startsWith("AWSALBTG="));
      const cookie = set?.split(";", 1)[0];
      response.once("end", () => resolve({ track: String(response.headers["x-track"] ?? ""), cookie }));
    })
      .on("error", reject)
      .end();
  });
}
