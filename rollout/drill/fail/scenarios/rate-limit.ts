import { first } from "../../../../infra/sure.ts";
import { systemClock } from "../../../clock.ts";
import type { DrillReply } from "../../traffic.ts";
import { readsOf } from "../../users.ts";
import { statusesOf } from "../asked.ts";
import { seconds } from "../judge.ts";
import type { Scenario } from "../scenario.ts";
import type { FailStage } from "../stage.ts";

/** The greedy client sends so many at once until it is refused. */
const AT_ONCE = 20;
const MOST = 5_000;
/**
 * Then it goes on for a while, so that something can be said of the others; not so fast that the web firewall, which looks
 * back over five minutes, shuts it out for as long.
 */
const GOES_ON = { rounds: 10, every: 0.25 };

/** T3: a client asks for more than it may. */
export const rateLimit: Scenario = {
  name: "rate-limit",
  breaks: "one client sends requests as fast as it can",
  expected: [
    { name: "refused", text: "beyond its limit it gets 429 with Retry-After, and never 5xx" },
    { name: "others served", text: "meanwhile no other client's request is refused or lost" },
    { name: "served again", text: "when it waits as long as Retry-After says it is served again" },
  ],
  async play(stage) {
    // An address that no earlier drill has used up the limit of.
    const number = Math.floor(Math.random() * 2 ** 14);
    const from = `198.19.${192 + (number >> 8)}.${number & 255}`;
    stage.facts.client = from;
    await stage.break(
      "a client asks too much",
      async () => {},
      async () => {},
    );
    const read = first(readsOf(stage.users));
    stage.facts.path = read.path;
    const seen = await flood(stage, read.path, from);
    const refused = seen.filter(({ status }) => status === 429);
    const failed = seen.filter(({ status }) => !read.good.includes(status) && status !== 429);
    stage.findings.judge(
      "refused",
      [
        ...(refused.length > 0 ? [] : [`none of ${seen.length} requests was refused`]),
        ...(refused.every(({ retryAfter }) => retryAfter !== undefined) ? [] : ["a 429 has no Retry-After"]),
        ...(failed.length > 0 ? [statusesOf(failed)] : []),
      ],
      `${statusesOf(seen)}; Retry-After ${refused[0]?.retryAfter} s`,
    );
    const others = stage.traffic.between(stage.brokenAt);
    const lost = others.filter((fate) => fate.lost).length;
    stage.findings.judge(
      "others served",
      lost > 0 ? [`${lost} of ${others.length} lost`] : [],
      `${others.length} requests of others, none lost`,
    );
    await stage.mend();
    await servedAgain(stage, read, from, refused.at(-1));
  },
};

async function flood(stage: FailStage, path: string, from: string): Promise<DrillReply[]> {
  const seen: DrillReply[] = [];
  const round = async () => {
    const asked = Array.from({ length: AT_ONCE }, () => stage.traffic.ask({ path, from }));
    seen.push(...(await Promise.all(asked)));
  };
  const isRefused = () => seen.some(({ status }) => status === 429);
  while (!isRefused() && seen.length < MOST) await round();
  stage.figure("detectSeconds", (systemClock.now() - stage.brokenAt) / 1000);
  for (let rounds = 0; rounds < GOES_ON.rounds; rounds += 1) {
    await stage.wait(GOES_ON.every);
    await round();
  }
  return seen;
}

async function servedAgain(
  stage: FailStage,
  { path, good }: { path: string; good: readonly number[] },
  from: string,
  refusal: DrillReply | undefined,
): Promise<void> {
  const asked = Number(refusal?.retryAfter);
  if (!(asked >= 0)) {
    stage.findings.add("served again", "unknown", "nothing said how long to wait");
    return;
  }
  const stopped = systemClock.now();
  await stage.wait(asked);
  const { status } = await stage.traffic.ask({ path, from });
  const taken = (systemClock.now() - stopped) / 1000;
  stage.figure("recoverSeconds", taken);
  stage.findings.judge(
    "served again",
    good.includes(status) ? [] : [`after ${asked} s it is answered ${status || "nothing"}`],
    `after ${seconds(taken)}`,
  );
}
