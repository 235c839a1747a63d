/** What one track served in one second. */
export interface TrackCounts {
  requests: number;
  errors: number;
  /** Slower than the plan's limit. */
  slow: number;
  /** What the application counted of its business, by the name that the plan's gate has for it. */
  counters?: Readonly<Record<string, Tally>>;
}

/** Such as quotes that failed, of quotes that were asked for. */
export interface Tally {
  bad: number;
  total: number;
}

/** An alarm that the platform keeps for a track. */
export interface AlarmReading {
  name: string;
  state: "OK" | "ALARM" | "INSUFFICIENT_DATA";
  /** Why it is in that state, for people. */
  reason: string;
  /** Since when, in milliseconds since the epoch, where the platform says so. */
  since?: number;
}

/** The alarms of both tracks as they were last read. Ones that can't be read are no alarms that are off. */
export type AlarmSight =
  | { candidate: readonly AlarmReading[]; stable: readonly AlarmReading[] }
  | { error: string };

export interface MetricSecond {
  epochSecond: number;
  tracks: Readonly<Record<string, TrackCounts>>;
}

/** What the gates judge by. In one run `seconds` and `steps` only grow, so that a judge may keep what it has counted. */
export interface History {
  stable: string;
  candidate: string;
  /** Oldest first. Begins before the candidate got traffic; seconds without data may be missing. */
  seconds: readonly MetricSecond[];
  /** The steps so far; each begins with the whole second `from`. */
  steps: readonly { weight: number; from: number }[];
  /** Whether the present step's bake is over: before that nothing passes. */
  baked: boolean;
  /** Left out where the platform has no alarms. */
  alarms?: AlarmSight;
}

export interface Verdict {
  outcome: "pass" | "fail" | "wait";
  /** Both tracks are sick: page, and don't move load onto a sick stable. Only with `wait`. */
  hold?: boolean;
  /** One line for people. */
  reason: string;
  /** Plain data for the journal and the report. */
  evidence?: unknown;
}

/** The gates, as the controller sees them. */
export type Judge = (history: History) => Verdict;
