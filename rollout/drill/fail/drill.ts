import { rmSync } from "node:fs";
import { systemClock } from "../../clock.ts";
import { UserError } from "../../errors.ts";
import { KEY as STAND_IN } from "../../platforms/rehearsal/dependencies/ensure.ts";
import { orderMood } from "../../platforms/rehearsal/dependencies/order.ts";
import { messageOf } from "../../platforms/rehearsal/machine/errors.ts";
import { takeLock } from "../../platforms/rehearsal/machine/lock-file.ts";
import { userLock } from "../../platforms/rehearsal/machine/state.ts";
import { type Options, placeIn } from "../../platforms/rehearsal/verbs/options.ts";
import { prepareChange } from "../../platforms/rehearsal/verbs/prepare.ts";
import { drillFiles } from "../drill-files.ts";
import { type DrillRecord, recordOf } from "../record.ts";
import { DrillTelling } from "../telling.ts";
import { usersOf } from "../users.ts";
import { usersSeen } from "../users-seen.ts";
import { keepMarkdown } from "./report/kept.ts";
import { expectationsOf, type Scenario, type ScenarioName } from "./scenario.ts";
import { scenarioOf } from "./scenarios.ts";
import { FailStage } from "./stage.ts";

export interface FailDrill extends Options {
  scenario: ScenarioName;
  by: string;
}

/** Before anything is broken and once all is back, in seconds: no request may be lost then. */
const CALM = 3;
/** How long servers that were just started may take to be in, in seconds. */
const READY_WITHIN = 45;

/**
 * Breaks the running rehearsal in one way under a small load, checks that what is expected happens, mends it, and keeps a
 * record with its report. It mends also when it fails or is interrupted, and says what it couldn't mend.
 *
 * @throws {UserError} when the stack isn't up or isn't well to begin with, another failure drill is running, or this one
 *   was interrupted
 */
export async function drillFail(options: FailDrill): Promise<DrillRecord> {
  const place = placeIn(options);
  const lockFile = userLock(place, "fail-drill.lock");
  const asked = await prepareChange(options, place);
  const users = usersOf(options);
  scenarioOf(options.scenario).needs?.(asked, users);
  const holder = takeLock(lockFile, {});
  if (holder)
    throw new UserError(`another failure drill of ${place.stack} is running (process ${holder.pid})`);
  try {
    const told = new DrillTelling(options.say);
    const stage = new FailStage({ ...options, say: told.say }, asked, users);
    const record = { ...(await drill(stage, options)), told: told.lines };
    await drillFiles(place.folder).write(record);
    keepMarkdown(place.folder, record);
    return record;
  } finally {
    rmSync(lockFile, { force: true });
  }
}

async function drill(
  stage: FailStage,
  { scenario: name, stack, by, signal }: FailDrill,
): Promise<DrillRecord> {
  const scenario = scenarioOf(name);
  const startedAt = systemClock.now();
  try {
    await putRight(stage);
    await calm(stage);
    stage.facts.fails = scenario.breaks;
    await play(stage, scenario, signal);
    signal?.throwIfAborted();
    await noneLostAfter(stage);
  } catch (error) {
    throw signal?.aborted ? new UserError(await interrupted(stage, stack)) : error;
  } finally {
    await stage.close();
  }
  const fates = stage.traffic.between(startedAt);
  stage.figures.requests = fates.length;
  stage.figures.lost = fates.filter((fate) => fate.lost).length;
  const expected = expectationsOf(scenario);
  const promised = expected.filter(({ ofSample }) => stage.users.isSample || !ofSample);
  const names = promised.map((each) => each.name);
  if (!stage.users.isSample) stage.facts.users = stage.users.from;
  if (promised.length < expected.length) {
    const left = expected.filter((each) => !promised.includes(each)).map((each) => each.name);
    stage.facts["not looked at"] = `${left.join(", ")}: only the sample app is known to promise it`;
  }
  const checks = stage.findings.all(names, "the drill ended before it").map((check) => {
    const text = expected.find(({ name }) => name === check.name)?.text;
    return text === undefined ? check : { ...check, expected: text };
  });
  const { figures, facts } = stage;
  const about = { drill: `fail-${name}`, stack, on: "rehearsal", by } as const;
  return recordOf({
    ...about,
    startedAt,
    endedAt: systemClock.now(),
    checks,
    figures,
    facts,
    users: usersSeen(fates),
  });
}

/** An earlier drill that was killed may have left processes stopped, or the stand-in failing. */
async function putRight(stage: FailStage): Promise<void> {
  const { state } = stage.room.ledger;
  for (const key of Object.keys(state.processes)) stage.signal(key, "SIGCONT");
  if (stage.pid(STAND_IN) === undefined) return;
  for (const name of state.dependencies?.names ?? []) await orderMood(state, name, "well");
}

/** All servers in, and no request lost: else what is seen later says nothing about the fault. */
async function calm(stage: FailStage): Promise<void> {
  const isIn = async () => {
    const { servers } = await stage.balancer();
    return stage.room.ledger.state.servers.every(({ id }) => servers[id]?.status === "UP");
  };
  const ready = await stage.until(isIn, READY_WITHIN);
  const from = systemClock.now();
  await stage.wait(CALM);
  const fates = stage.traffic.between(from);
  const lost = fates.filter((fate) => fate.lost).length;
  if (ready !== undefined && fates.length > 0 && lost === 0) return;
  const found =
    ready === undefined ? "not every server is in" : `${lost} of ${fates.length} requests are lost`;
  throw new UserError(
    `Nothing was broken: before that ${found}. See: rollout rehearse status --stack ${stage.room.plan.stack}`,
  );
}

/** What is wrong with the scenario itself is a failed check, not a crash: the rest of the record is worth keeping. */
async function play(stage: FailStage, scenario: Scenario, signal?: AbortSignal): Promise<void> {
  try {
    await scenario.play(stage);
  } catch (error) {
    if (signal?.aborted) throw error;
    stage.findings.add("drill", "fail", `it stopped: ${messageOf(error)}`);
  } finally {
    const failed = await stage.mend();
    const { stack } = stage.room.plan;
    stage.findings.judge("mended", failed, "everything that was broken is back");
    if (failed.length > 0) stage.say(`start what is missing: rollout rehearse up --stack ${stack}`);
  }
}

async function noneLostAfter(stage: FailStage): Promise<void> {
  const from = systemClock.now();
  await stage.wait(CALM);
  const fates = stage.traffic.between(from);
  const lost = fates.filter((fate) => fate.lost).length;
  const bad = lost > 0 || fates.length === 0 ? [`${lost} of ${fates.length} lost`] : [];
  stage.findings.judge("none lost after", bad, `${fates.length} requests, none lost`);
}

/** By now all has been mended, or tried to be. */
async function interrupted(stage: FailStage, stack: string): Promise<string> {
  const failed = stage.findings
    .all(["mended"], "")
    .find(({ name, verdict }) => name === "mended" && verdict === "fail");
  return failed
    ? `Interrupted, and not mended: ${failed.details}. Start what is missing: rollout rehearse up --stack ${stack}`
    : "Interrupted: what was broken has been mended.";
}
