import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, expect, test } from "vitest";
import { type RunningLoad, startLoad } from "../../rollout/load/load.ts";
import { rehearse, weights } from "../../rollout/platforms/rehearsal/index.ts";
import { commandOf, foreignSkipped, hasForeign } from "../rehearsal/foreign.ts";
import { projectCopy, removeCopies } from "../rehearsal/project.ts";
import { typed } from "../rehearsal/typed.ts";
import { type Provider, type YDoc, yjsClients } from "../rehearsal/yjs.ts";

// y-websocket 1.5.4, client and server unchanged from npm, through a whole `rollout run` and back: people write one text
// together all the while.

const DRAIN_S = 5;
const WRITERS = 10;

const step = (weight: number) => ({ weight, bake: "15s" });
const project = projectCopy({
  app: { drain: `${DRAIN_S}s` },
  tracks: { blue: { weight: 100 }, green: { weight: 0 } },
  limits: { requestsPerMinute: 100_000 },
  smoke: [{ path: "/", expect: { contains: "okay" } }],
  plan: {
    steps: [step(50), step(100)],
    gates: { errorRate: { max: 0.05 }, latency: { p95: "500ms" }, minRequests: 50 },
    limits: { keep: "1s" },
    sessions: { drain: "0s" },
  },
  rehearsal: { command: commandOf("yjs") },
});
let load: RunningLoad | undefined;
afterAll(async () => {
  await load?.stop();
  await removeCopies();
});

/** Somebody who writes a word again and again, and counts how often the connection went. */
class Writer {
  readonly document: YDoc;
  readonly #provider: Provider;
  readonly #name: string;
  written = 0;
  cuts = 0;

  constructor({ Y, connect }: ReturnType<typeof yjsClients>, name: string) {
    this.#name = name;
    this.document = new Y.Doc();
    this.#provider = connect("room", this.document);
    this.#provider.on("status", ({ status }) => {
      if (status === "disconnected") this.cuts += 1;
    });
  }

  write(): void {
    const text = this.document.getText("t");
    text.insert(text.length, `${this.#name}${this.written} `);
    this.written += 1;
  }

  get words(): string[] {
    return this.document.getText("t").toString().split(" ").filter(Boolean).sort();
  }

  get connected(): boolean {
    return this.#provider.wsconnected;
  }

  leave(): void {
    this.#provider.destroy();
  }
}

const rollout = (...words: string[]) => typed(project, ...words);

test.skipIf(!hasForeign)(
  `${foreignSkipped}a text that is written all the while loses no word, and every socket is cut at most once by each move`,
  async () => {
    const { url, caFile, domain } = await rehearse.up(project);
    const ca = readFileSync(caFile, "utf8");
    const shot = {
      method: "GET",
      path: "/",
      from: "",
      mistake: (status: number) => (status === 200 ? undefined : `${status}`),
    } as const;
    load = startLoad({ url, domain, caFile, ratePerSecond: 100, shots: { next: () => shot } });
    const clients = yjsClients({ url, ca });
    const writers = Array.from(
      { length: WRITERS },
      (_, index) => new Writer(clients, `${String.fromCharCode(97 + index)}`),
    );
    const writing = setInterval(() => {
      for (const writer of writers) writer.write();
    }, 500);
    const allConnected = () => writers.every((writer) => writer.connected);
    const cuts = () => writers.map((writer) => writer.cuts);
    /** Everybody has every word that anybody has written. */
    async function converge(): Promise<void> {
      clearInterval(writing);
      const all = () => writers.flatMap((writer) => Array.from({ length: writer.written })).length;
      await expect
        .poll(() => writers.map(({ words }) => words.length), { timeout: 30_000 })
        .toEqual(writers.map(all));
      expect(new Set(writers.map(({ words }) => words.join(" "))).size).toBe(1);
    }

    await expect.poll(allConnected, { timeout: 20_000 }).toBe(true);
    const forward = await rollout("run", "--candidate", "green");
    expect(forward.code, forward.said).toBe(0);
    expect(forward.out).toContain("promoted: all steps passed");
    expect(await weights(project).read()).toEqual({ blue: 0, green: 100 });

    // Those that were on blue were closed once, when it had lost its traffic, and are on green.
    await expect.poll(allConnected, { timeout: (DRAIN_S + 20) * 1000 }).toBe(true);
    expect(Math.max(...cuts())).toBe(1);
    const { servers } = await rehearse.status(project);
    const open = Object.fromEntries(servers.map(({ track, balancer }) => [track, balancer?.sessions]));
    expect(open.blue).toBe(0);
    expect(open.green).toBeGreaterThanOrEqual(WRITERS);

    const back = await rollout("shift", "blue=100");
    expect(back.code, back.said).toBe(0);
    await sleep((DRAIN_S + 3) * 1000);
    await expect.poll(allConnected, { timeout: 20_000 }).toBe(true);
    expect(Math.max(...cuts())).toBe(2);
    await converge();
    for (const writer of writers) writer.leave();
    const { requests, lost } = load.progress();
    console.log(
      `${requests} requests, ${lost} lost; ${WRITERS} sockets, cut ${cuts().join(" ")} times; ${writers[0]!.words.length} words`,
    );
    expect(lost).toBe(0);
  },
);
