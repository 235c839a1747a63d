import { type Duration, milliseconds, seconds } from "../../infra/settings/duration.ts";
import { type Freeze, frozenUntil, parseFreeze } from "../../infra/settings/freeze.ts";
import { WARM_UP_SECONDS } from "../../infra/settings/warming.ts";

/** How a rollout goes. Written into the journal when it begins: a restart goes on by the same plan. Plain data. */
export interface Plan {
  /** Rising, the last at 100. */
  steps: readonly PlanStep[];
  freeze: readonly Freeze[];
  gates: PlanGates;
  limits: Limits;
  /** Left out: the last step takes everybody at once. */
  drain?: PlanDrain;
  /** How long a new server may be slow, from its first request on; left out: not at all. */
  warmUpSeconds?: number;
  /** Left out: the config names no command that changes the database. */
  migration?: PlanMigration;
}

/** What the candidate's version does to the database, besides what its first server runs anyway. */
export interface PlanMigration {
  /** Whether a drill must have shown that stable bears it and can go back after it; left out: nobody asks. */
  drill?: "required" | "warn";
  /** After it nothing goes back by itself. */
  irreversible?: boolean;
  /** What only stable needed is taken away once nothing can go back. */
  contracts?: boolean;
}

/** What a gate that fails does. */
export type OnFail = "roll back" | "pause" | "tell";

/** Stable's sessions at the last step. */
export interface PlanDrain {
  /** How long they are kept at most. */
  mostSeconds: number;
  /** Who was idle for so long has none: when stable was, none is left. */
  idleSeconds: number;
}

export interface PlanStep {
  /** The candidate's share in whole percent. */
  weight: number;
  bakeSeconds: number;
  /** How long after the bake the gates may still wait for data, before the rollout pauses and tells. */
  graceSeconds: number;
}

export interface PlanGates {
  /** The largest share of requests that may fail. */
  errorRate: number;
  /** 95 % of requests must be faster, in milliseconds. */
  p95Ms: number;
  minRequests: number;
  /** How the gates are judged: see rollout/analysis/settings.ts, which has the defaults. */
  falseAlarm?: number;
  miss?: number;
  smallest?: number;
  /** The share that must be good over 30 days, such as 0.999; left out: its budget isn't watched. */
  objective?: number;
  /** Whether the platform's alarms are a gate, where it has some; left out: they are. */
  alarms?: boolean;
  /** What the application counts of its business, by name. */
  counters?: Readonly<Record<string, CounterGate>>;
  /** What a gate that fails does, by its name; what isn't named sends the candidate back. */
  onFail?: Readonly<Record<string, OnFail>>;
}

/** A share of what the application counts: see app/counters.ts for how it tells. */
export interface CounterGate {
  /** The metric that counts the bad ones, and the one that counts all. */
  bad: string;
  total: string;
  /** The largest share that may be bad. */
  max: number;
  /** How many there must be in a step before it may pass. */
  min: number;
}

/** Every wait is bounded: a run ends. */
export interface Limits {
  /** How often an act is tried before it is given up. */
  attempts: number;
  retrySeconds: number;
  /** How long the balancer may take to show the weights that it was given. */
  verifySeconds: number;
  /** How long the balancer, the config or the state may be unreadable. */
  readSeconds: number;
  /** How long servers may take to be enough. */
  capacitySeconds: number;
  /** How long a pause may last before the run ends and pages. */
  patienceSeconds: number;
  /** How long the candidate may serve nothing that is counted, or its metrics be away, before the rollout pauses and tells. */
  noDataSeconds: number;
  /** How long the servers of the track without traffic stay: for the post-mortem, or for a late way back. */
  keepSeconds: number;
}

export const LIMITS: Limits = {
  attempts: 3,
  retrySeconds: 2,
  verifySeconds: 60,
  readSeconds: 60,
  capacitySeconds: 15 * 60,
  patienceSeconds: 24 * 3600,
  noDataSeconds: 3600,
  keepSeconds: 3600,
};

/** The shape of `rollout:plan` once it is parsed. What may be left out is not watched, or has the default. */
export interface PlanSettings {
  steps: readonly { weight: number; bake: Duration; deadline?: Duration | undefined }[];
  gates: {
    errorRate: { max: number };
    latency: { p95: Duration };
    minRequests: number;
    falseAlarm?: number;
    miss?: number;
    smallest?: number;
    burnRate?: { objective: number };
    alarms?: boolean;
    counters?: Readonly<Record<string, CounterGate>>;
    onFail?: Readonly<Record<string, OnFail>>;
  };
  freeze: readonly string[];
  warmUp?: Duration | undefined;
  migration?: { drill: "required" | "warn" | "off"; irreversible: boolean };
  limits?: LimitSettings;
  /** Left out: there are no sessions. */
  sessions?: { drain?: Duration | undefined; idle: Duration } | undefined;
}

/** Most visits are over by then: twice as long as a browser may be idle, unless config says otherwise. */
const DRAIN_SECONDS = 3600;

export interface LimitSettings {
  attempts: number;
  retry: Duration;
  verify: Duration;
  read: Duration;
  capacity: Duration;
  patience: Duration;
  noData: Duration;
  keep: Duration;
}

/**
 * @param settings `rollout:plan`, checked by the schema
 * @param limits what a command line says in place of the config
 * @param commands what changes the database, of `rollout:app`
 * @throws {RangeError} when the freeze windows together leave no time to act, or the steps don't rise to 100
 */
export function planOf(
  settings: PlanSettings,
  limits: Partial<Limits> = {},
  commands: DatabaseCommands = { migrate: [], contract: [] },
): Plan {
  const plan: Plan = {
    steps: settings.steps.map(stepOf),
    freeze: settings.freeze.map(parseFreeze),
    gates: gatesOf(settings.gates),
    limits: { ...LIMITS, ...(settings.limits && limitsOf(settings.limits)), ...limits },
    ...drainOf(settings),
    warmUpSeconds: warmUpOf(settings),
    ...migrationOf(settings, commands),
  };
  checkPlan(plan);
  return plan;
}

/** The words of each; none: there is no such command. */
export interface DatabaseCommands {
  migrate: readonly string[];
  contract: readonly string[];
}

function migrationOf(
  { migration }: PlanSettings,
  { migrate, contract }: DatabaseCommands,
): Pick<Plan, "migration"> {
  if (migrate.length + contract.length === 0) return {};
  const { drill = "off", irreversible = false } = migration ?? {};
  return {
    migration: {
      ...(drill !== "off" && migrate.length > 0 && { drill }),
      ...(irreversible && migrate.length > 0 && { irreversible }),
      ...(contract.length > 0 && { contracts: true }),
    },
  };
}

/** Where nothing is said no rollout lasts longer for it: the last bake is long enough, or everybody was in a hurry. */
function drainOf({ steps, sessions }: PlanSettings): { drain?: PlanDrain } {
  const bake = steps.at(-1)?.bake;
  if (!sessions || !bake) return {};
  const { drain, idle } = sessions;
  const mostSeconds = drain === undefined ? Math.min(DRAIN_SECONDS, seconds(bake)) : seconds(drain);
  return mostSeconds > 0 ? { drain: { mostSeconds, idleSeconds: seconds(idle) } } : {};
}

/** Where nothing is said the first step still sees half of its bake, however short it is. */
function warmUpOf({ warmUp, steps }: PlanSettings): number {
  if (warmUp !== undefined) return seconds(warmUp);
  const [first] = steps;
  return Math.min(WARM_UP_SECONDS, first ? Math.floor(seconds(first.bake) / 2) : WARM_UP_SECONDS);
}

function gatesOf({ errorRate, latency, burnRate, ...same }: PlanSettings["gates"]): PlanGates {
  return {
    ...same,
    errorRate: errorRate.max,
    p95Ms: milliseconds(latency.p95),
    // In config a percentage, as people say it.
    ...(burnRate && { objective: burnRate.objective / 100 }),
  };
}

function limitsOf({ attempts, ...times }: LimitSettings): Limits {
  return {
    attempts,
    retrySeconds: seconds(times.retry),
    verifySeconds: seconds(times.verify),
    readSeconds: seconds(times.read),
    capacitySeconds: seconds(times.capacity),
    patienceSeconds: seconds(times.patience),
    noDataSeconds: seconds(times.noData),
    keepSeconds: seconds(times.keep),
  };
}

/** Without a deadline as long again as the bake, and 10 minutes at least: metrics come late. */
function stepOf({ weight, bake, deadline }: PlanSettings["steps"][number]): PlanStep {
  const bakeSeconds = seconds(bake);
  return {
    weight,
    bakeSeconds,
    graceSeconds: deadline ? seconds(deadline) : Math.max(600, bakeSeconds),
  };
}

/** @throws {RangeError} see {@link planOf} */
export function checkPlan({ steps, freeze }: Plan): void {
  for (const [i, { weight }] of steps.entries()) {
    const before = steps[i - 1]?.weight ?? 0;
    if (!Number.isInteger(weight) || weight <= before || weight > 100) {
      throw new RangeError(`steps must rise in whole percents: ${weight} comes after ${before}`);
    }
  }
  if (steps.at(-1)?.weight !== 100) throw new RangeError("the last step must be 100");
  if (frozenUntil(freeze, 0) === Number.POSITIVE_INFINITY) {
    throw new RangeError(
      `the freeze windows leave no time to act: ${freeze.map(({ text }) => text).join(", ")}`,
    );
  }
}

/** A stack's first release has nothing to shift from: it takes all traffic in one step, and bakes as the last does. */
export function planOfFirst(plan: Plan): Plan {
  return { ...plan, steps: plan.steps.slice(-1) };
}
