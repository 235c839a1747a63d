/** What one track served in one second. */
export interface TrackCounts {
  requests: number;
  errors: number;
  /** Slower than the plan's limit. */
  slow: number;
}

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
