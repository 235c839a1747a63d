import { first } from "../../../../infra/sure.ts";
import { keysOf } from "../../../platforms/rehearsal/servers/keys.ts";
import type { DrillReply } from "../../traffic.ts";
import { slowestOf, statusesOf } from "../asked.ts";
import { heaviestTrack, serversOfTrack } from "../ground.ts";
import { late, PATIENCE, seconds } from "../judge.ts";
import { OUT_AND_IN, outAndIn } from "../out-and-in.ts";
import type { Scenario } from "../scenario.ts";
import type { FailStage } from "../stage.ts";

/** What is expected while it is away. */
const OF_THE_CACHE = ["without cache", "stays in", "cache back"];
/** How long an answer may take without the cache, in seconds: two waits of half a second, and the database. */
const WITHOUT_CACHE = 2;
const MISSED_WITHIN = 3;
/** A connection that was cut is given up after 12 s, and another is made (app/cache.ts). */
const CACHE_BACK = 15;

/**
 * T3: the network is cut. A process that is stopped (SIGSTOP) looks from outside as one behind a cut network: connections
 * are made or not, and nothing ever comes back, not even a refusal.
 */
export const partition: Scenario = {
  name: "partition",
  breaks: "the network is cut between the balancer and a server, then between the servers and the cache",
  expected: [
    {
      name: "out",
      text:
        "the balancer sends it nothing any more, within twice the health check's interval x failures (an ALB: interval x " +
        "failures + timeout)",
    },
    ...OUT_AND_IN.slice(1),
    { name: "no restart", text: "the server that was cut off is the same process afterwards" },
    {
      name: "without cache",
      text: `cut off from the cache, users are served all the same, each within ${WITHOUT_CACHE} s`,
    },
    { name: "stays in", text: "no server is taken out for a cache that all of them miss" },
    { name: "cache back", text: "the cache is used again without a restart" },
  ],
  async play(stage) {
    await cutOffServer(stage);
    if (stage.room.plan.cache) return cutOffCache(stage);
    for (const name of ["without cache", "stays in", "cache back"])
      stage.findings.add(name, "pass", "the stack has no cache");
  },
};

async function cutOffServer(stage: FailStage): Promise<void> {
  const server = first(serversOfTrack(stage.room, heaviestTrack(stage.room)));
  const { app, nginx } = keysOf(server);
  const before = stage.pid(app);
  const send = (signal: NodeJS.Signals) => async () => {
    for (const key of [nginx, app]) stage.signal(key, signal);
  };
  const cut = {
    what: `${server.id} is cut off`,
    inject: send("SIGSTOP"),
    mend: send("SIGCONT"),
    silent: true,
  };
  await outAndIn(stage, [server], cut);
  const after = stage.pid(app);
  stage.findings.judge(
    "no restart",
    after === before ? [] : [`process ${before} is ${after ?? "gone"}`],
    `process ${after}`,
  );
}

async function cutOffCache(stage: FailStage): Promise<void> {
  const { findings } = stage;
  if (!stage.room.plan.cache) {
    for (const name of OF_THE_CACHE) findings.add(name, "unknown", "the stack has no cache");
    return;
  }
  await stage.break(
    "the cache is cut off",
    async () => stage.signal("redis", "SIGSTOP"),
    async () => stage.signal("redis", "SIGCONT"),
  );
  const { isSample } = stage.users;
  const missed = isSample
    ? await stage.until(() => misses(stage), MISSED_WITHIN * PATIENCE, stage.brokenAt)
    : 0;
  const seen = isSample ? await storedAndRead(stage) : await served(stage);
  const slowest = slowestOf(seen);
  const failed = seen.filter(({ status, mistake }) =>
    isSample ? status !== 201 && status !== 200 : mistake !== undefined,
  );
  findings.judge(
    "without cache",
    [
      ...late("missed on /health", missed, MISSED_WITHIN),
      ...(failed.length > 0 ? [statusesOf(failed)] : []),
      ...late("an answer", slowest, WITHOUT_CACHE),
    ],
    isSample
      ? `${seen.length / 2} quotes stored and read back, the slowest in ${seconds(slowest)}`
      : `${seen.length} requests answered rightly, the slowest in ${seconds(slowest)}`,
  );
  const { servers } = await stage.balancer();
  const out = Object.values(servers).filter(({ status }) => !status.startsWith("UP"));
  findings.judge(
    "stays in",
    out.map(({ name, status }) => `${name} is ${status}`),
    `${Object.keys(servers).length} servers get requests`,
  );
  await stage.mend();
  const back = await stage.until(() => (isSample ? isWhole(stage) : isServed(stage)), CACHE_BACK * PATIENCE);
  findings.judge("cache back", late("back", back, CACHE_BACK), `after ${seconds(back ?? 0)}`);
}

/** Quotes that are stored, and each read back: a read asks the cache first, and fills it. */
async function storedAndRead({ traffic }: FailStage): Promise<DrillReply[]> {
  const seen: DrillReply[] = [];
  for (let count = 0; count < 5; count += 1) {
    const stored = await traffic.quote();
    seen.push(stored, await traffic.ask({ path: `/quotes/${stored.json?.id}` }));
  }
  return seen;
}

/** Some of what users do, one after the other. */
async function served(stage: FailStage): Promise<DrillReply[]> {
  const seen: DrillReply[] = [];
  for (let count = 0; count < 10; count += 1) seen.push(await stage.asUser());
  return seen;
}

async function isServed(stage: FailStage): Promise<boolean> {
  const seen = await served(stage);
  return seen.every(({ mistake }) => mistake === undefined);
}

/** The application says in its health what it lacks. */
async function misses({ traffic }: FailStage): Promise<boolean> {
  const { json } = await traffic.ask({ path: "/health" });
  return (json?.checks as { cache?: { ok?: boolean } } | undefined)?.cache?.ok === false;
}

async function isWhole({ traffic }: FailStage): Promise<boolean> {
  const { json } = await traffic.ask({ path: "/health" });
  return json?.status === "ok";
}
