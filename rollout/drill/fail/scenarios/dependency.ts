import { member } from "../../../../infra/sure.ts";
import { alarmsOf } from "../../../alarms/capture.ts";
import { queriesOf } from "../../../alarms/model.ts";
import { systemClock } from "../../../clock.ts";
import { UserError } from "../../../errors.ts";
import { circuitsOf } from "../../../platforms/rehearsal/dependencies/circuits.ts";
import { type DeclaredDependency, declaredIn } from "../../../platforms/rehearsal/dependencies/declared.ts";
import { callsOf, orderMood } from "../../../platforms/rehearsal/dependencies/order.ts";
import { type Mood, RETRY_AFTER_SECONDS } from "../../../platforms/rehearsal/dependencies/stand-in.ts";
import type { DrillReply } from "../../traffic.ts";
import { late, PATIENCE, seconds } from "../judge.ts";
import { quotesWhile, slowestOf, statusesOf } from "../quotes.ts";
import type { Scenario } from "../scenario.ts";
import type { FailStage } from "../stage.ts";

/** The one that the sample app asks. */
const NAME = "supplier";
const OPENS_WITHIN = 15;
const CLOSES_WITHIN = 10;
/** How long an open circuit, and then a 429, is watched, in seconds. */
const WATCHED = 3;

/** T3: a service of others doesn't answer in time, and then limits us. Its stand-in does so. */
export const dependency: Scenario = {
  name: "dependency",
  breaks: "the supplier's prices don't come in time, then it answers 429",
  expected: [
    { name: "watched", text: "an alarm looks at its failures, another at an open circuit" },
    {
      name: "answers",
      text: "a quote takes at most twice the dependency's timeout and a second, and none is refused",
    },
    { name: "marked", text: "a quote without the supplier's price says so" },
    { name: "opens", text: `every server's circuit opens within ${OPENS_WITHIN} s` },
    { name: "left alone", text: "while it is open the supplier gets a tenth of the calls, or fewer" },
    {
      name: "closes",
      text: `the circuit closes by itself within ${CLOSES_WITHIN} s, and quotes have prices again`,
    },
    { name: "429 obeyed", text: "after a 429 no server calls again before Retry-After is over" },
  ],
  needs({ plan }) {
    if (declaredIn(plan)[NAME]) return;
    throw new UserError(
      `The stack declares no ${NAME}, the service of others that the sample app asks. Declare it:\n` +
        `  rollout:app: { dependencies: { ${NAME}: { url: "https://prices.example.com", timeout: 1s } } }\n` +
        `then: rollout rehearse apply --stack ${plan.stack}`,
    );
  },
  async play(stage) {
    watched(stage);
    await slow(stage, member(declaredIn(stage.room.plan), NAME));
    await limited(stage);
  },
};

function watched({ room, findings }: FailStage): void {
  const names = alarmsOf(room.graph).alarms.flatMap((alarm) => {
    const metrics = alarm.kind === "metric" ? queriesOf(alarm).map(({ metric }) => metric) : [];
    const own = metrics.filter(({ dimensions }) => dimensions.Dependency === NAME);
    return own.length > 0 ? [{ alarm: alarm.name, metrics: own.map(({ name }) => name) }] : [];
  });
  const missing = ["DependencyFailed", "DependencyOpen"].filter(
    (metric) => !names.some(({ metrics }) => metrics.includes(metric)),
  );
  findings.judge(
    "watched",
    missing.map((metric) => `no alarm looks at ${metric}`),
    names.map(({ alarm }) => alarm).join(", "),
  );
}

async function slow(stage: FailStage, { timeoutMs }: DeclaredDependency): Promise<void> {
  const limit = (2 * timeoutMs) / 1000 + 1;
  await orderWhile(stage, "slow", "the supplier doesn't answer");
  let calls = 0;
  let asked = 0;
  const seen = await quotesWhile(stage, async () => {
    const opened = await stage.until(() => every(stage, "open"), OPENS_WITHIN * PATIENCE, stage.brokenAt);
    stage.figure("detectSeconds", opened);
    stage.findings.judge("opens", late("open", opened, OPENS_WITHIN), `after ${seconds(opened ?? 0)}`);
    const before = await callsOf(stage.room.ledger.state, NAME);
    const from = systemClock.now();
    await stage.wait(WATCHED);
    calls = (await callsOf(stage.room.ledger.state, NAME)) - before;
    asked = stage.traffic.between(from).length;
  });
  judgeAnswers(stage, seen, limit);
  // One call tries every 5 s whether it is back; of users' requests about half are new quotes.
  const most = Math.max(stage.room.ledger.state.servers.length, asked / 10);
  stage.findings.judge(
    "left alone",
    calls > most ? [`${calls} calls while ${asked} requests came`] : [],
    `${calls} calls while ${asked} requests came`,
  );
  await closes(stage);
}

function judgeAnswers({ findings, figures }: FailStage, seen: readonly DrillReply[], limit: number): void {
  const slowest = slowestOf(seen);
  figures.slowestSeconds = Math.round(slowest * 100) / 100;
  const refused = seen.filter(({ status }) => status !== 201);
  findings.judge(
    "answers",
    [
      ...(refused.length > 0 ? [statusesOf(refused)] : []),
      ...late("the slowest quote", slowest, limit),
      ...(seen.length > 0 ? [] : ["no quote was asked for"]),
    ],
    `${seen.length} quotes, the slowest in ${seconds(slowest)}, expected within ${limit} s`,
  );
  const unmarked = seen.filter(({ json }) => json?.supplierPriceCents === null && !json.withoutSupplier);
  const marked = seen.filter(({ json }) => json?.withoutSupplier === true);
  findings.judge(
    "marked",
    [
      ...(unmarked.length > 0 ? [`${unmarked.length} quotes without a price don't say so`] : []),
      ...(marked.length > 0 ? [] : ["no quote went without the supplier"]),
    ],
    `${marked.length} of ${seen.length} quotes say that they are without the supplier`,
  );
}

async function closes(stage: FailStage): Promise<void> {
  await stage.mend();
  const mended = systemClock.now();
  let taken: number | undefined;
  // Only requests find out that it is back.
  await quotesWhile(stage, async () => {
    const isBack = async () => (await every(stage, "closed")) && (await hasPrice(stage));
    taken = await stage.until(isBack, CLOSES_WITHIN * PATIENCE, mended);
  });
  stage.figure("recoverSeconds", taken);
  stage.findings.judge("closes", late("closed", taken, CLOSES_WITHIN), `after ${seconds(taken ?? 0)}`);
}

async function limited(stage: FailStage): Promise<void> {
  await orderWhile(stage, "limited", "the supplier answers 429");
  const { state } = stage.room.ledger;
  const before = await callsOf(state, NAME);
  const from = systemClock.now();
  await quotesWhile(stage, () => stage.wait(WATCHED));
  const calls = (await callsOf(state, NAME)) - before;
  // Requests that were on their way together when the first 429 came have each had theirs.
  const rounds = Math.ceil((systemClock.now() - from) / 1000 / RETRY_AFTER_SECONDS) + 1;
  const most = 2 * rounds * state.servers.length;
  stage.findings.judge(
    "429 obeyed",
    calls > most
      ? [`${calls} calls in ${WATCHED} s, at most ${most} expected`]
      : calls === 0
        ? ["it wasn't called at all"]
        : [],
    `${calls} calls of ${state.servers.length} servers in ${WATCHED} s, at most ${most} expected`,
  );
  await stage.mend();
  await quotesWhile(stage, async () => {
    await stage.until(() => every(stage, "closed"), CLOSES_WITHIN * PATIENCE);
  });
}

function orderWhile(stage: FailStage, mood: Mood, what: string): Promise<void> {
  const order = (each: Mood) => () => orderMood(stage.room.ledger.state, NAME, each);
  return stage.break(what, order(mood), order("well"));
}

async function every(stage: FailStage, state: string): Promise<boolean> {
  const circuits = await Promise.all(stage.room.ledger.state.servers.map(circuitsOf));
  return circuits.every((each) => each[NAME] === state);
}

async function hasPrice({ traffic }: FailStage): Promise<boolean> {
  const { json } = await traffic.quote();
  return typeof json?.supplierPriceCents === "number";
}
