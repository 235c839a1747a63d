import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Pool } from "undici";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rehearse } from "../../rollout/platforms/rehearsal/index.ts";
import { exchange } from "../rehearsal/exchange.ts";
import { foreignSkipped, hasForeign, rehearsalOfEach } from "../rehearsal/foreign.ts";
import { client, projectCopy, removeCopies } from "../rehearsal/project.ts";
import { openSocket } from "../rehearsal/socket.ts";

// What takes minutes: answers and sockets that are silent for five of them, and ten thousand POSTs on kept connections.

const FIVE_MINUTES_MS = 300_000;
const DEADLINE_MS = 480_000;
const POSTS = 10_000;
/** As many as come together. */
const BURST = 125;

let url: string;
let ca: string;

describe.skipIf(!hasForeign).concurrent(foreignSkipped, () => {
  beforeAll(async () => {
    const project = projectCopy({
      app: { timeout: "310s" },
      tracks: { uvicorn: { weight: 100 }, threads: { weight: 0 } },
      stable: "uvicorn",
      limits: { requestsPerMinute: 1_000_000 },
      rehearsal: rehearsalOfEach(["uvicorn", "threads"]),
    });
    const status = await rehearse.up(project);
    ({ url } = status);
    ca = readFileSync(status.caFile, "utf8");
  });
  afterAll(removeCopies);

  test.each(["HTTP/1.1", "HTTP/2"] as const)(
    "a path that answers after five minutes, over %s",
    async (protocol) => {
      const answer = await exchange(protocol, { url, ca }, { path: `/late?ms=${FIVE_MINUTES_MS}` });
      expect(answer).toMatchObject({ status: 200, whole: true });
      expect(answer.headersMs).toBeGreaterThanOrEqual(FIVE_MINUTES_MS);
    },
    DEADLINE_MS,
  );

  test(
    "a WebSocket that is silent for five minutes",
    async () => {
      const socket = await openSocket({ url, ca });
      expect(await socket.ask("before")).toBe("before");
      await sleep(FIVE_MINUTES_MS);
      expect(await socket.ask("after")).toBe("after");
      socket.close();
    },
    DEADLINE_MS,
  );

  test(
    `${POSTS} POSTs on kept connections to gunicorn, which closes its own after 2 s: none is lost`,
    async () => {
      const pool = new Pool(url, { connections: BURST, connect: { ca } });
      const statuses: Record<number, number> = {};
      const post = async (index: number) => {
        const headers = { "x-rollout-track": "threads", ...client(index) };
        const { statusCode, body } = await pool.request({
          method: "POST",
          path: "/count",
          headers,
          body: "x",
        });
        await body.dump();
        statuses[statusCode] = (statuses[statusCode] ?? 0) + 1;
      };
      for (let sent = 0; sent < POSTS; sent += BURST) {
        await Promise.all(Array.from({ length: BURST }, (_, index) => post(index)));
        // A little before, at and after the two seconds.
        await sleep(1950 + ((sent / BURST) % 11) * 10);
      }
      await pool.close();
      expect(statuses).toEqual({ 200: POSTS });
    },
    DEADLINE_MS,
  );
});
