import { type Alarm, type MetricAlarm, queriesOf } from "../../alarms/model.ts";
import { systemClock } from "../../clock.ts";
import { UserError } from "../../errors.ts";
import { type Options, placeIn } from "../../platforms/rehearsal/verbs/options.ts";
import { drillFiles, pageFile } from "../drill-files.ts";
import { type DrillRecord, recordOf } from "../record.ts";
import { DrillTelling } from "../telling.ts";
import { ACTS, FED_PACE, HOUR_PACE, WEEK_PACE } from "./acts.ts";
import { Attempts } from "./attempts.ts";
import { drives, type Fault, type FaultGroup } from "./fault.ts";
import { emitUnheard, feed, unplayed } from "./feed.ts";
import type { Pace } from "./pace.ts";
import type { DrillReport } from "./report.ts";
import { checksOf, type DrillCourse, resultsOf } from "./results.ts";
import { AlarmStage } from "./stage.ts";

export interface DrillOptions extends Options {
  /** One alarm alone. */
  only?: string;
  /** `user@host`. */
  by: string;
}

/** Looks beyond what an alarm's own rules need, for what is real and takes its time: health checks, restarts. */
const EXTRA_LOOKS = 45;

/**
 * Brings every alarm of the captured stack to ALARM and back on the running rehearsal, says of each how, and keeps a record.
 *
 * @throws {UserError} when the rehearsal isn't well to begin with, or there is no alarm of the name
 */
export async function drillAlarms({ only, by, ...options }: DrillOptions): Promise<DrillReport> {
  const startedAt = systemClock.now();
  const told = new DrillTelling(options.say);
  const stage = await AlarmStage.open({ ...options, say: told.say });
  try {
    const drill = new Drill(stage, only);
    const done = await drill.run();
    const endedAt = systemClock.now();
    const seconds = Math.round((endedAt - startedAt) / 1000);
    const report = resultsOf(stage, drill.attempts, { ...done, seconds });
    const about = { drill: "alarms", stack: report.stack, on: "rehearsal", by, startedAt, endedAt } as const;
    const facts: DrillRecord["facts"] = only === undefined ? {} : { only };
    const record = recordOf({ ...about, checks: checksOf(report), figures: {}, facts, told: told.lines });
    const { folder } = placeIn(options);
    await drillFiles(folder).write(record);
    options.say?.(`Page: ${pageFile(folder, record)}`);
    return report;
  } finally {
    await stage.close();
  }
}

class Drill {
  readonly attempts: Attempts;
  readonly #stage: AlarmStage;

  constructor(stage: AlarmStage, only: string | undefined) {
    const { alarms, refused } = stage.captured;
    this.#stage = stage;
    this.attempts = new Attempts(stage, only);
    if (this.attempts.asked.length > 0 || refused.some(({ name }) => name === only)) return;
    throw new UserError(
      `there is no alarm ${only}; there are:\n  ${alarms.map(({ name }) => name).join("\n  ")}`,
    );
  }

  async run(): Promise<Omit<DrillCourse, "seconds">> {
    await this.#begin();
    for (const act of ACTS) await this.#play(act);
    await this.#passWeek();
    await this.#playFed();
    const fedRules = await emitUnheard(this.#stage);
    const over = () => this.attempts.asked.every(({ name }) => this.#stage.engine.state(name) === "OK");
    await this.#lookUntil(over, { everyMs: 500, minutes: 1 }, EXTRA_LOOKS);
    return { fedRules, unhealed: await this.#stage.mend() };
  }

  /** A new stack is in alarm until its first backup; the rest is well within minutes. */
  async #begin(): Promise<void> {
    const stage = this.#stage;
    for (const alarm of unplayed(stage)) feed(stage, alarm, false);
    stage.say("a backup first, then all alarms are to be OK");
    await stage.backUp();
    await stage.settle();
    const well = await this.#lookUntil(() => this.#notOk().length === 0, FED_PACE, EXTRA_LOOKS);
    if (!well) throw new UserError(`before any fault these aren't OK: ${this.#notOk().join(", ")}`);
  }

  async #play(act: FaultGroup): Promise<void> {
    const stage = this.#stage;
    const faults = act.faults.filter((fault) => this.#isPossible(fault));
    const expected = faults.flatMap((fault) => this.attempts.meantFor(fault));
    if (expected.length === 0) return;
    try {
      for (const fault of faults) await this.#inject(fault);
      const driven = expected.filter(({ name }) => !this.attempts.why.has(name));
      const [long, short] = [driven.filter(goesOn), driven.filter((alarm) => !goesOn(alarm))];
      const all = (alarms: MetricAlarm[]) => () => alarms.every((alarm) => this.attempts.wasRaised(alarm));
      if (short.length > 0) await this.#lookUntil(all(short), act.pace, looks(short, act.pace));
      if (long.length > 0) await this.#lookUntil(all(long), HOUR_PACE, EXTRA_LOOKS);
    } finally {
      await stage.mend();
    }
    await stage.settle();
    // All of them: an alarm that goes on from this act couldn't be raised by the next.
    const back = () => this.#notOk().every((name) => this.#comesByItself(name) || this.#goesOn(name));
    await this.#lookUntil(back, act.recovery, looks(expected, act.recovery));
  }

  /** Alarms that time alone raises, and a later act ends. */
  #comesByItself(name: string): boolean {
    const faults = ACTS.flatMap((act) => act.faults).filter(({ since }) => since !== undefined);
    return faults.some((fault) =>
      this.#stage.captured.alarms.some(
        (alarm) => alarm.name === name && alarm.kind === "metric" && drives(fault, alarm),
      ),
    );
  }

  #goesOn(name: string): boolean {
    return this.#stage.captured.alarms.some((alarm) => alarm.name === name && goesOn(alarm));
  }

  /** Alarms over hours and days end when what they counted is older than that. Meanwhile backups come as they are due. */
  async #passWeek(): Promise<void> {
    const stage = this.#stage;
    const on = this.attempts.metricAlarms.filter(
      (alarm) => goesOn(alarm) && stage.engine.state(alarm.name) === "ALARM",
    );
    if (on.length === 0) return;
    stage.say(`until these are over: ${on.map(({ name }) => name).join(", ")}`);
    const fed = new Map(stage.fed);
    for (const alarm of stage.captured.alarms) if (isOfBackups(alarm)) feed(stage, alarm, false);
    const over = () => on.every(({ name }) => stage.engine.state(name) !== "ALARM");
    await this.#lookUntil(over, WEEK_PACE, looks(on, WEEK_PACE));
    for (const key of [...stage.fed.keys()]) if (!fed.has(key)) stage.fed.delete(key);
  }

  /** One that can't be injected fails its alarms, not the drill. */
  async #inject(fault: Fault): Promise<void> {
    const { attempts } = this;
    const alarms = attempts.meantFor(fault);
    const since = fault.since?.(this.#stage);
    for (const { name } of alarms) attempts.make(name, "raised", fault.name, since);
    try {
      const stage = this.#stage;
      await stage.break(
        fault.name,
        () => fault.inject(stage),
        () => fault.mend(stage),
      );
    } catch (error) {
      if (this.#stage.isInterrupted) throw error;
      const { message } = error as Error;
      for (const { name } of alarms) attempts.why.set(name, `the fault couldn't be injected: ${message}`);
      this.#stage.say(`not injected: ${fault.name}: ${message}`);
    }
  }

  #isPossible(fault: Fault): boolean {
    const alarms = this.attempts.meantFor(fault);
    if (alarms.length === 0) return false;
    const why = fault.impossible?.(this.#stage);
    if (why !== undefined) for (const { name } of alarms) this.attempts.why.set(name, why);
    return why === undefined;
  }

  /** Figures that no fault on one machine can drive there: the alarm and its notice are rehearsed all the same. */
  async #playFed(): Promise<void> {
    const stage = this.#stage;
    const { why } = this.attempts;
    const fed = this.attempts.untried();
    if (fed.length === 0) return;
    stage.say(`fed: ${fed.map(({ name }) => name).join(", ")}`);
    for (const alarm of fed) {
      feed(stage, alarm, true);
      this.attempts.make(alarm.name, "fed", why.get(alarm.name) ?? "no fault on one machine drives it there");
    }
    const all = () => fed.every((alarm) => this.attempts.wasRaised(alarm));
    await this.#lookUntil(all, FED_PACE, looks(fed, FED_PACE));
    for (const alarm of fed) feed(stage, alarm, false);
  }

  #notOk(): string[] {
    const { captured, engine } = this.#stage;
    return captured.alarms.map(({ name }) => name).filter((name) => engine.state(name) !== "OK");
  }

  /** @returns whether it came true within that many looks */
  async #lookUntil(done: () => boolean, pace: Pace, most: number): Promise<boolean> {
    for (let look = 0; look < most; look += 1) {
      await this.#stage.look(pace);
      if (done()) return true;
    }
    return false;
  }
}

const HOUR = 3600;

/** One over a single long period stays on until what it counted is older, unless it keeps to the last figure. */
function goesOn(alarm: Alarm): alarm is MetricAlarm {
  return alarm.kind === "metric" && alarm.periodSeconds > HOUR && alarm.missing !== "ignore";
}

function isOfBackups(alarm: Alarm): alarm is MetricAlarm {
  return alarm.kind === "metric" && queriesOf(alarm).some(({ metric }) => metric.namespace === "AWS/Backup");
}

/** Enough looks for the slowest of the alarms by its own rules, and for what is real to happen. */
function looks(alarms: MetricAlarm[], pace: Pace): number {
  const minutes = alarms.map(
    ({ periodSeconds, evaluationPeriods }) => (periodSeconds * (evaluationPeriods + 3)) / 60,
  );
  return Math.ceil(Math.max(...minutes) / pace.minutes) + EXTRA_LOOKS;
}
