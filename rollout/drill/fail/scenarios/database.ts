import { keysOf } from "../../../platforms/rehearsal/servers/keys.ts";
import { type DrillReply, TIMEOUT_MS } from "../../traffic.ts";
import { askedWhile, slowestOf, statusesOf } from "../asked.ts";
import { late, PATIENCE, seconds } from "../judge.ts";
import type { Scenario } from "../scenario.ts";
import type { FailStage } from "../stage.ts";

/** The app waits 2 s for a connection and 3 s for its query (app/database.ts). */
const REFUSED_WITHIN = 6;
/** As long as the drill waits for an answer. */
const HANGS_AFTER = TIMEOUT_MS / 1000;
const NOTICED_WITHIN = 5;
const BACK_WITHIN = 10;
/** How long it is left without, in seconds. */
const AWAY = 4;

/** T3: the database is gone, from one moment to the next. */
export const database: Scenario = {
  name: "database",
  breaks: "the database is killed",
  expected: [
    {
      name: "answered",
      text: `nothing hangs: each request is answered within ${HANGS_AFTER} s, if by an error`,
    },
    { name: "noticed", text: "each server says on /health that it misses the database", ofSample: true },
    {
      name: "refused",
      text: `what needs it is answered 503 with Retry-After within ${REFUSED_WITHIN} s`,
      ofSample: true,
    },
    { name: "rest serves", text: "what doesn't need it is served", ofSample: true },
    { name: "stays in", text: "no server is taken out for a database that all of them miss" },
    {
      name: "reconnects",
      text: `users are served again within ${BACK_WITHIN} s of its return, by the same processes: no restart`,
    },
  ],
  async play(stage) {
    const { isSample } = stage.users;
    const processes = appsOf(stage);
    await stage.break(
      "the database is killed",
      async () => stage.signal("postgres", "SIGKILL"),
      () => stage.restart(),
    );
    const seen = await askedWhile(stage, async () => {
      if (isSample) await noticed(stage);
      if (isSample) await restServes(stage);
      await stage.wait(AWAY);
      await staysIn(stage);
    });
    judgeAnswered(stage, seen);
    if (isSample) judgeRefused(stage, seen);
    await stage.mend();
    await reconnects(stage, processes);
  },
};

async function noticed(stage: FailStage): Promise<void> {
  const tracks = stage.room.plan.tracks.map(({ name }) => name);
  const misses = async (track: string) => {
    const { json } = await stage.traffic.ask({ path: "/health", track });
    return (json?.checks as { database?: { ok?: boolean } } | undefined)?.database?.ok === false;
  };
  const all = async () => (await Promise.all(tracks.map(misses))).every(Boolean);
  const taken = await stage.until(all, NOTICED_WITHIN * PATIENCE, stage.brokenAt);
  stage.figure("detectSeconds", taken);
  stage.findings.judge("noticed", late("noticed", taken, NOTICED_WITHIN), `after ${seconds(taken ?? 0)}`);
}

function judgeAnswered({ findings, figures }: FailStage, seen: readonly DrillReply[]): void {
  const slowest = slowestOf(seen);
  figures.slowestSeconds = Math.round(slowest * 100) / 100;
  const silent = seen.filter(({ status }) => status === 0);
  const right = seen.filter(({ mistake }) => mistake === undefined).length;
  findings.judge(
    "answered",
    [
      ...(silent.length > 0 ? [`${silent.length} of ${seen.length} requests got no answer`] : []),
      ...(seen.length === 0 ? ["nobody asked"] : []),
    ],
    right === seen.length
      ? `all ${right} are right, the slowest in ${seconds(slowest)}: no journey needs the database`
      : `${statusesOf(seen)}, the slowest in ${seconds(slowest)}; ${right} are right`,
  );
}

function judgeRefused({ findings }: FailStage, seen: Awaited<ReturnType<typeof askedWhile>>): void {
  const slowest = slowestOf(seen);
  const wrong = seen.filter(({ status, retryAfter }) => status !== 503 || retryAfter === undefined);
  // The very first may have been asked for before it was killed.
  const others = wrong.filter(({ status }) => status !== 201);
  findings.judge(
    "refused",
    [
      ...(others.length > 0 ? [`${statusesOf(others)} instead of 503 with Retry-After`] : []),
      ...late("the slowest", slowest, REFUSED_WITHIN),
      ...(seen.length === wrong.length ? ["no request was refused"] : []),
    ],
    `${statusesOf(seen)}, the slowest in ${seconds(slowest)}`,
  );
}

async function restServes({ findings, traffic }: FailStage): Promise<void> {
  const { status, ms } = await traffic.ask({ path: "/version" });
  findings.judge(
    "rest serves",
    status === 200 ? [] : [`/version is answered ${status || "nothing"}`],
    `/version in ${seconds(ms / 1000)}`,
  );
}

async function staysIn(stage: FailStage): Promise<void> {
  const servers = Object.values((await stage.balancer()).servers);
  const out = servers.filter(({ status }) => !status.startsWith("UP"));
  const bad = out.map(({ name, status }) => `${name} is ${status}`);
  stage.findings.judge("stays in", bad, `${servers.length} servers get requests`);
}

async function reconnects(stage: FailStage, before: string): Promise<void> {
  const tracks = stage.room.plan.tracks.map(({ name }) => name);
  const isBack = async () => {
    const replies = await Promise.all(tracks.map((track) => stage.asUser(track)));
    return replies.every(({ mistake }) => mistake === undefined);
  };
  const taken = await stage.until(isBack, BACK_WITHIN * PATIENCE);
  stage.figure("recoverSeconds", taken);
  const after = appsOf(stage);
  stage.findings.judge(
    "reconnects",
    [
      ...late("back", taken, BACK_WITHIN),
      ...(after === before ? [] : [`the processes were ${before} and are ${after}`]),
    ],
    `${seconds(taken ?? 0)} after the database was back`,
  );
}

function appsOf(stage: FailStage): string {
  return stage.room.ledger.state.servers.map((each) => `${stage.pid(keysOf(each).app)}`).join(", ");
}
