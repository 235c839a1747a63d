import { first, member } from "../../../../infra/sure.ts";
import { alarmsOf } from "../../../alarms/capture.ts";
import { queriesOf } from "../../../alarms/model.ts";
import { systemClock } from "../../../clock.ts";
import { UserError } from "../../../errors.ts";
import { circuitsOf } from "../../../platforms/rehearsal/dependencies/circuits.ts";
import { type DeclaredDependency, declaredIn } from "../../../platforms/rehearsal/dependencies/declared.ts";
import { callsOf, orderMood } from "../../../platforms/rehearsal/dependencies/order.ts";
import { type Mood, RETRY_AFTER_SECONDS } from "../../../platforms/rehearsal/dependencies/stand-in.ts";
import type { DrillReply } from "../../traffic.ts";
import { askedWhile, slowestOf, statusesOf } from "../asked.ts";
import { late, PATIENCE, seconds } from "../judge.ts";
import type { Scenario } from "../scenario.ts";
import type { FailStage } from "../stage.ts";

/** The one that the sample app asks. */
const OF_SAMPLE = "supplier";
const OPENS_WITHIN = 15;
const CLOSES_WITHIN = 10;
/** How long an open circuit, and then a 429, is watched, in seconds. */
const WATCHED = 3;

/** T3: a service of others doesn't answer in time, and then limits us. Its stand-in does so. */
export const dependency: Scenario = {
  name: "dependency",
  breaks:
    "a service of others, of the sample the supplier of prices, doesn't answer in time, then it answers 429",
  expected: [
    { name: "watched", text: "an alarm looks at its failures, another at an open circuit" },
    {
      name: "answers",
      text: "users are served all the same, each within twice the dependency's timeout and a second",
    },
    { name: "marked", text: "a quote without the supplier's price says so", ofSample: true },
    { name: "opens", text: `every server's circuit opens within ${OPENS_WITHIN} s`, ofSample: true },
    {
      name: "left alone",
      text: "while it is open the supplier gets a tenth of the calls, or fewer",
      ofSample: true,
    },
    {
      name: "closes",
      text: `the circuit closes by itself within ${CLOSES_WITHIN} s, and quotes have prices again`,
      ofSample: true,
    },
    { name: "429 obeyed", text: "after a 429 no server calls again before Retry-After is over" },
  ],
  needs({ plan }, { isSample }) {
    const declared = Object.keys(declaredIn(plan));
    if (isSample ? declared.includes(OF_SAMPLE) : declared.length > 0) return;
    const which = isSample
      ? `${OF_SAMPLE}, the service of others that the sample app asks`
      : "service of others";
    throw new UserError(
      `The stack declares no ${which}. Declare it:\n` +
        `  rollout:app: { dependencies: { ${OF_SAMPLE}: { url: "https://prices.example.com", timeout: 1s } } }\n` +
        `then: rollout rehearse apply --stack ${plan.stack}`,
    );
  },
  async play(stage) {
    const declared = declaredIn(stage.room.plan);
    const name = stage.users.isSample ? OF_SAMPLE : first(Object.keys(declared).toSorted());
    stage.facts.dependency = name;
    watched(stage, name);
    await (stage.users.isSample ? slow : slowOfAny)(stage, name, member(declared, name));
    await limited(stage, name);
  },
};

function watched({ room, findings }: FailStage, name: string): void {
  const names = alarmsOf(room.graph).alarms.flatMap((alarm) => {
    const metrics = alarm.kind === "metric" ? queriesOf(alarm).map(({ metric }) => metric) : [];
    const own = metrics.filter(({ dimensions }) => dimensions.Dependency === name);
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

async function slow(stage: FailStage, name: string, { timeoutMs }: DeclaredDependency): Promise<void> {
  const limit = (2 * timeoutMs) / 1000 + 1;
  await orderWhile(stage, name, "slow");
  let calls = 0;
  let asked = 0;
  const seen = await askedWhile(stage, async () => {
    const opened = await stage.until(
      () => every(stage, name, "open"),
      OPENS_WITHIN * PATIENCE,
      stage.brokenAt,
    );
    stage.figure("detectSeconds", opened);
    stage.findings.judge("opens", late("open", opened, OPENS_WITHIN), `after ${seconds(opened ?? 0)}`);
    const before = await callsOf(stage.room.ledger.state, name);
    const from = systemClock.now();
    await stage.wait(WATCHED);
    calls = (await callsOf(stage.room.ledger.state, name)) - before;
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
  await closes(stage, name);
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

async function closes(stage: FailStage, name: string): Promise<void> {
  await stage.mend();
  const mended = systemClock.now();
  let taken: number | undefined;
  // Only requests find out that it is back.
  await askedWhile(stage, async () => {
    const isBack = async () => (await every(stage, name, "closed")) && (await hasPrice(stage));
    taken = await stage.until(isBack, CLOSES_WITHIN * PATIENCE, mended);
  });
  stage.figure("recoverSeconds", taken);
  stage.findings.judge("closes", late("closed", taken, CLOSES_WITHIN), `after ${seconds(taken ?? 0)}`);
}

async function limited(stage: FailStage, name: string): Promise<void> {
  await orderWhile(stage, name, "limited");
  const { state } = stage.room.ledger;
  const before = await callsOf(state, name);
  const from = systemClock.now();
  await askedWhile(stage, () => stage.wait(WATCHED));
  const calls = (await callsOf(state, name)) - before;
  // Requests that were on their way together when the first 429 came have each had theirs.
  const rounds = Math.ceil((systemClock.now() - from) / 1000 / RETRY_AFTER_SECONDS) + 1;
  const most = 2 * rounds * state.servers.length;
  const bad = `${calls} calls in ${WATCHED} s, at most ${most} expected`;
  if (calls === 0)
    stage.findings.add("429 obeyed", stage.users.isSample ? "fail" : "unknown", notAsked(name));
  else
    stage.findings.judge(
      "429 obeyed",
      calls > most ? [bad] : [],
      `${calls} calls of ${state.servers.length} servers in ${WATCHED} s, at most ${most} expected`,
    );
  await stage.mend();
  if (!stage.users.isSample) return;
  await askedWhile(stage, async () => {
    await stage.until(() => every(stage, name, "closed"), CLOSES_WITHIN * PATIENCE);
  });
}

/** Of any app it is seen whether its users are served, and how often it asks. */
async function slowOfAny(stage: FailStage, name: string, { timeoutMs }: DeclaredDependency): Promise<void> {
  const limit = (2 * timeoutMs) / 1000 + 1;
  const { state } = stage.room.ledger;
  const before = await callsOf(state, name);
  await orderWhile(stage, name, "slow");
  const seen = await askedWhile(stage, () => stage.wait(2 * WATCHED));
  const calls = (await callsOf(state, name)) - before;
  await stage.mend();
  const slowest = slowestOf(seen);
  stage.figures.slowestSeconds = Math.round(slowest * 100) / 100;
  const wrong = [...new Set(seen.flatMap(({ mistake }) => mistake ?? []))];
  if (calls === 0) stage.findings.add("answers", "unknown", notAsked(name));
  else
    stage.findings.judge(
      "answers",
      [...wrong, ...late("the slowest answer", slowest, limit)],
      `${seen.length} requests, the slowest in ${seconds(slowest)}, expected within ${limit} s; ${name} was asked ${calls} times`,
    );
}

function notAsked(name: string): string {
  return `no user's request led to ${name} (DEPENDENCIES): declare one that does in rollout:journeys`;
}

function orderWhile(stage: FailStage, name: string, mood: "slow" | "limited"): Promise<void> {
  const order = (each: Mood) => () => orderMood(stage.room.ledger.state, name, each);
  const what = mood === "slow" ? "doesn't answer" : "answers 429";
  return stage.break(`${name} ${what}`, order(mood), order("well"));
}

async function every(stage: FailStage, name: string, state: string): Promise<boolean> {
  const { users, room } = stage;
  const circuits = await Promise.all(
    room.ledger.state.servers.map((each) => circuitsOf(each, users.healthPath)),
  );
  return circuits.every((each) => each[name] === state);
}

async function hasPrice({ traffic }: FailStage): Promise<boolean> {
  const { json } = await traffic.quote();
  return typeof json?.supplierPriceCents === "number";
}
