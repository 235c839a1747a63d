/** How one indicator is judged. */
export interface GateSettings {
  /** What is counted, such as "errors" or "slow requests". */
  indicator: string;
  /** The largest bad share that is within the objective, such as 0.01. */
  objective: number;
  /** The chance of a rollback of a healthy candidate over the *whole* rollout, however often one looks. */
  falseAlarm: number;
  /** The chance that the evidence for passing errs, for each of the two ways to pass a step: see step.ts. */
  miss: number;
  /** The smallest regression that matters, as a ratio of odds: 2 is twice as many bad requests. */
  smallest: number;
  /** Requests of the candidate in a step below which nothing passes. */
  minRequests: number;
  /** How long the rollout is watched, all steps together, in seconds. */
  horizonSeconds: number;
  /** The length of an interval in seconds. */
  intervalSeconds: number;
  /** Whether what is counted is of different clients each, with no objective of its own. */
  countsClients?: boolean;
}

const DEFAULTS: GateSettings = {
  indicator: "errors",
  objective: 0.01,
  falseAlarm: 0.01,
  miss: 0.05,
  smallest: 2,
  minRequests: 200,
  horizonSeconds: 24 * 3600,
  intervalSeconds: 1,
};

/** @throws {RangeError} naming the setting and its rule */
export function gateSettings(given: Partial<GateSettings> = {}): GateSettings {
  const settings = { ...DEFAULTS, ...given };
  between("objective", settings.objective, 0, 0.5);
  between("falseAlarm", settings.falseAlarm, 0, 0.5);
  between("miss", settings.miss, 0, 0.5);
  between("smallest", settings.smallest, 1, 1000);
  between("minRequests", settings.minRequests, -1, Number.MAX_SAFE_INTEGER);
  between("horizonSeconds", settings.horizonSeconds, 0, Number.MAX_SAFE_INTEGER);
  between("intervalSeconds", settings.intervalSeconds, 0, Number.MAX_SAFE_INTEGER);
  return settings;
}

function between(name: string, value: number, above: number, below: number): void {
  if (!(value > above && value < below)) {
    throw new RangeError(`${name} must be above ${above} and below ${below}, it is ${value}`);
  }
}
