import { createServer, request as requestPlain } from "node:http";
import { request } from "node:https";
import type { AddressInfo } from "node:net";
import { client } from "./project.ts";

/** What a browser sends with a page. */
const PAGE = { "sec-fetch-mode": "navigate", "sec-fetch-dest": "document", accept: "text/html" };

/** Browsers that come for the first time, each from an address of its own, and ask for a page. */
export async function newcomers(url: string, ca: string, count: number): Promise<void> {
  for (let each = 0; each < count; each += 1) await visit(url, ca, { ...PAGE, ...client(each) });
}

function visit(url: string, ca: string, headers: Record<string, string>): Promise<void> {
  const send = url.startsWith("https:") ? request : requestPlain;
  return new Promise((resolve, reject) => {
    send(`${url}/`, { ca, agent: false, headers, timeout: 10_000 }, (answer) =>
      answer.resume().once("end", resolve).once("error", reject),
    )
      .once("error", reject)
      .end();
  });
}

/** A proxy that leads whoever has no cookie yet to one track: by the session of somebody who is there. */
export async function chooser(url: string, ca: string, track: string) {
  const session = await sessionOf(url, ca, track);
  const server = createServer(({ url: path, method, headers }, answer) => {
    const own = { ...headers, cookie: headers.cookie ?? session, host: new URL(url).host };
    request(`${url}${path}`, { method, ca, agent: false, headers: own }, (told) => {
      answer.writeHead(told.statusCode!, told.headers);
      told.pipe(answer);
    }).end();
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => new Promise((done) => server.close(done)),
  };
}

/** What somebody is given who is there: a tester may be. */
function sessionOf(url: string, ca: string, track: string): Promise<string> {
  return new Promise((resolve, reject) => {
    request(`${url}/`, { ca, agent: false, headers: { "x-rollout-track": track } }, (answer) => {
      const cookies = answer.resume().headers["set-cookie"] ?? [];
      resolve(cookies.find((each) => each.startsWith("rollout-session="))!.split(";", 1)[0]!);
    })
      .once("error", reject)
      .end();
  });
}
