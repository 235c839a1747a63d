import { copyFileSync, renameSync, writeFileSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import { request } from "node:https";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { nginxConf } from "../../../../infra/host/nginx.ts";
import { NO_SESSIONS, type TrackCounts } from "../../../../rollout/core/verdict.ts";
import { addServerSecond } from "../../../../rollout/platforms/aws/metrics/server-line.ts";
import { AccessLogReader } from "../../../../rollout/platforms/rehearsal/rollout/access-logs.ts";
import { until } from "../../../../rollout/waiting.ts";
import { HOST } from "../example.ts";
import { NGINX, type NginxFolder, nginxFolder, pause } from "../real-nginx.ts";
import { type Counting, counting, PYTHON_THERE } from "./counting.ts";

/** Once nginx has passed on what came, however busy the machine is: before its headers it would be no cut answer. */
const breakOff = (answer: ServerResponse) => setTimeout(() => answer.destroy(), 500);

// What a server counts of nginx's answers, by the lines of a real nginx; and the rehearsal counts the same log the same way.

describe.skipIf(!NGINX || !PYTHON_THERE)("what is counted of the answers", () => {
  let app: Server;
  let nginx: NginxFolder;
  let counts: Counting | undefined;

  beforeAll(async () => {
    app = createServer(({ url = "" }, answer) => {
      if (url === "/cut") {
        answer.writeHead(200, { "content-type": "text/plain", "content-length": "100" });
        answer.write("half");
        breakOff(answer);
      } else if (url === "/cut-stream") {
        answer.writeHead(200, { "content-type": "text/event-stream" });
        answer.write("data: 1\n\n");
        breakOff(answer);
      } else if (url === "/events") {
        answer.writeHead(200, { "content-type": "text/event-stream" });
        answer.write("data: 1\n\n");
      } else if (url === "/late") setTimeout(() => answer.end("late"), 2_100);
      else if (url === "/silent") return;
      else answer.writeHead(Number(url.slice(1)) || 200).end("whole");
    });
    await new Promise<void>((resolve) => app.listen(0, "127.0.0.1", resolve));
    nginx = await nginxFolder(nginxConf(HOST), (app.address() as { port: number }).port);
    await nginx.start();
  });
  afterAll(async () => {
    await counts?.stop();
    app.closeAllConnections();
    app.close();
    await nginx.remove();
  });

  /** As the balancer passes it on; a client that doesn't wait leaves after so many milliseconds. */
  function ask(path: string, address: string, patienceMs = 10_000): Promise<void> {
    return new Promise((resolve) => {
      const sent = request(
        {
          ...{ host: "127.0.0.1", port: nginx.port, path, rejectUnauthorized: false },
          headers: { "x-forwarded-for": address },
          timeout: patienceMs,
        },
        (answer) => answer.resume().on("close", resolve),
      );
      setTimeout(() => sent.destroy(), patienceMs).unref();
      sent.on("error", () => resolve()).end();
    });
  }

  it("is what users met: a bot counts once, a late answer whoever gave up, a stream isn't cut", async () => {
    for (let time = 0; time < 30; time += 1) await ask("/404", "198.51.100.1");
    for (const client of [2, 3, 4]) await ask("/200", `198.51.100.${client}`);
    await ask("/302", "198.51.100.2");
    await ask("/404", "198.51.100.3");
    await ask("/500", "198.51.100.4");
    await ask("/cut", "198.51.100.5");
    await ask("/cut-stream", "198.51.100.5");
    await Promise.all([
      ask("/late", "198.51.100.6"),
      ask("/silent", "198.51.100.7", 2_200),
      ask("/silent", "198.51.100.7", 300),
      ask("/events", "198.51.100.8", 500),
    ]);
    await pause(200);
    counts = counting(nginx.folder);
    const { sums } = counts;
    expect(await until({ everyMs: 100, withinMs: 10_000 }, async () => sums().Answers === 42)).toBe(true);
    expect(sums()).toMatchObject({ Late: 2, Cut: 2, Clients3xx: 1, Clients4xx: 2 + 1 });

    copyFileSync(`${nginx.folder}/access.log`, `${nginx.folder}/blue-1.access.log`);
    const rehearsed = new AccessLogReader(nginx.folder, 500).read();
    const all = (name: "3xx" | "4xx", of: "bad" | "total") =>
      rehearsed.reduce((sum, { ways }) => sum + (ways?.[name]?.[of] ?? 0), 0);
    expect(sums()).toMatchObject({
      Clients3xx: all("3xx", "bad"),
      ClientsOf3xx: all("3xx", "total"),
      Clients4xx: all("4xx", "bad"),
      ClientsOf4xx: all("4xx", "total"),
    });
    expect(rehearsed.reduce((sum, { counts: { requests } }) => sum + requests, 0)).toBe(42);
  });

  /** What the lines by the second say, as the gates get it. */
  function told(): { at: number; counts: TrackCounts }[] {
    const seconds = new Map<number, TrackCounts>();
    for (const { began, seconds: all } of counts!.secondLines())
      for (const [at, second] of Object.entries(all)) {
        const by = { server: "i-1", began: began ?? Number(at), limitMs: 500 };
        seconds.set(Number(at), addServerSecond(seconds.get(Number(at)), second, by));
      }
    return [...seconds].map(([at, counts]) => ({ at, counts })).toSorted((a, b) => a.at - b.at);
  }

  it("is told by the second, too, as the rehearsal counts it", async () => {
    expect(
      await until(
        { everyMs: 100, withinMs: 10_000 },
        async () => told().reduce((all, { counts }) => all + counts.requests, 0) === 42,
      ),
    ).toBe(true);
    const rehearsed = new AccessLogReader(nginx.folder, 500).read();
    const plain = ({ requests, errors, slow, times, servers, sessions, clients }: TrackCounts) => ({
      ...{ requests, errors, slow, times, sessions, clients },
      servers: Object.values(servers ?? {}),
    });
    expect(told().map(({ at, counts }) => [at, plain(counts)])).toEqual(
      rehearsed
        .map(({ epochSecond, counts }) => [epochSecond, plain({ sessions: NO_SESSIONS, ...counts })] as const)
        .toSorted(([a], [b]) => a - b),
    );
    // Late ones, who gave up, and one that failed: by a digest of the address, and no address.
    expect(told().reduce((all, { counts }) => all + counts.slow, 0)).toBeGreaterThan(0);
    const edges = told().flatMap(({ counts: { times = {} } }) => Object.keys(times));
    expect(new Set(edges).size).toBeGreaterThan(1);
    expect(
      counts!.secondLines().flatMap(({ seconds }) => Object.values(seconds).flatMap(({ who }) => who)),
    ).toEqual([expect.stringMatching(/^[0-9a-f]{8}$/)]);
    const lines = counts!.secondLines();
    for (const [index, { from, through }] of lines.entries()) {
      expect(through).toBeGreaterThanOrEqual(from);
      if (index > 0) expect(from).toBe(lines[index - 1]!.through);
    }
  });

  it("goes on when the log is rotated, and past what is no line of it", async () => {
    const before = counts?.sums().Answers ?? 0;
    const log = `${nginx.folder}/access.log`;
    renameSync(log, `${log}.1`);
    const line = {
      time: "2026-11-29T22:00:00+00:00",
      status: 200,
      address: "a",
      seconds: 0,
      total_seconds: 0,
    };
    writeFileSync(
      log,
      `{"half": \n[]\n${JSON.stringify({ ...line, path: "/health" })}\n${JSON.stringify(line)}\n`,
    );
    const grown = async () => counts?.sums().Answers === before + 1;
    expect(await until({ everyMs: 100, withinMs: 5_000 }, grown)).toBe(true);
    expect(JSON.parse(counts?.lines().at(-1) ?? "")).toMatchObject({
      _aws: { Timestamp: Date.UTC(2026, 10, 29, 22) },
      Stack: "beta",
      Track: "blue",
    });
  });
});
