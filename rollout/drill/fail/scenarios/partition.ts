import { keysOf } from "../../../platforms/rehearsal/server.ts";
import { heaviestTrack, serversOfTrack } from "../ground.ts";
import { late, PATIENCE, seconds, silentOutWithin } from "../judge.ts";
import { OUT_AND_IN, outAndIn } from "../out-and-in.ts";
import type { Scenario } from "../scenario.ts";
import type { Stage } from "../stage.ts";

/** How long a quote may take without the cache, in seconds: three waits of half a second, and the database. */
const WITHOUT_CACHE = 2;
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
      text: `cut off from the cache, a quote is stored all the same and takes at most ${WITHOUT_CACHE} s`,
    },
    { name: "stays in", text: "no server is taken out for a cache that all of them miss" },
    { name: "cache back", text: "the cache is used again without a restart" },
  ],
  async play(stage) {
    await cutOffServer(stage);
    await cutOffCache(stage);
  },
};

async function cutOffServer(stage: Stage): Promise<void> {
  const server = serversOfTrack(stage.room, heaviestTrack(stage.room))[0]!;
  const { app, nginx } = keysOf(server);
  const before = stage.pid(app);
  const send = (signal: NodeJS.Signals) => async () => {
    for (const key of [nginx, app]) stage.signal(key, signal);
  };
  const cut = { what: `${server.id} is cut off`, inject: send("SIGSTOP"), mend: send("SIGCONT") };
  await outAndIn(stage, [server], cut, silentOutWithin);
  const after = stage.pid(app);
  stage.findings.judge(
    "no restart",
    after === before ? [] : [`process ${before} is ${after ?? "gone"}`],
    `process ${after}`,
  );
}

async function cutOffCache(stage: Stage): Promise<void> {
  const { findings, traffic } = stage;
  await stage.break(
    "the cache is cut off",
    async () => stage.signal("redis", "SIGSTOP"),
    async () => stage.signal("redis", "SIGCONT"),
  );
  const quotes = [];
  for (let count = 0; count < 10; count += 1) quotes.push(await traffic.quote());
  const slowest = Math.max(...quotes.map(({ ms }) => ms)) / 1000;
  const refused = quotes.filter(({ status }) => status !== 201);
  findings.judge(
    "without cache",
    [
      ...refused.map(({ status }) => `a quote was answered ${status || "nothing"}`),
      ...late("a quote", slowest, WITHOUT_CACHE),
    ],
    `${quotes.length} quotes stored, the slowest in ${seconds(slowest)}`,
  );
  const { servers } = await stage.balancer();
  const out = Object.values(servers).filter(({ status }) => !status.startsWith("UP"));
  findings.judge(
    "stays in",
    out.map(({ name, status }) => `${name} is ${status}`),
    `${Object.keys(servers).length} servers get requests`,
  );
  await stage.mend();
  const back = await stage.until(() => isWhole(stage), CACHE_BACK * PATIENCE);
  findings.judge("cache back", late("back", back, CACHE_BACK), `after ${seconds(back ?? 0)}`);
}

/** The application says in its health what it lacks. */
async function isWhole({ traffic }: Stage): Promise<boolean> {
  const { json } = await traffic.ask({ path: "/health" });
  return json?.status === "ok";
}
