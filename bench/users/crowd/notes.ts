/** What users met in one phase of the bench. */
export interface PhaseNotes {
  name: string;
  /** Who came. */
  users: number;
  /** Pages and parts that were loaded later, and those of them of which a part didn't come. */
  pages: number;
  broken: number;
  /** Numbered writes that were sent, acknowledged, and neither. */
  writes: number;
  acknowledged: string[];
  unanswered: string[];
  logins: number;
  /** Somebody who had logged in wasn't known. */
  lostSessions: number;
  /** Other calls: they fail where a release is bad. */
  calls: number;
  failedCalls: number;
  /** Answers of another release than the page is of; and those of a release that the user had left before. */
  otherRelease: number;
  backwards: number;
  streams: StreamNotes;
  sockets: StreamNotes;
  /** Of all answers, in milliseconds. */
  latencies: number[];
  /** What went wrong, and how often. */
  reasons: Record<string, number>;
}

/** Long connections. They count where they are cut, and where they are back. */
export interface StreamNotes {
  opened: number;
  cut: number;
  /** Milliseconds from the cut to the next one that was open. */
  back: number[];
}

export type LongKind = "streams" | "sockets";

/** Writes down what users meet, by the phase in which they meet it. */
export class Notebook {
  readonly phases: PhaseNotes[] = [];

  constructor(first: string) {
    this.mark(first);
  }

  mark(name: string): void {
    this.phases.push({
      name,
      users: 0,
      pages: 0,
      broken: 0,
      writes: 0,
      acknowledged: [],
      unanswered: [],
      logins: 0,
      lostSessions: 0,
      calls: 0,
      failedCalls: 0,
      otherRelease: 0,
      backwards: 0,
      streams: { opened: 0, cut: 0, back: [] },
      sockets: { opened: 0, cut: 0, back: [] },
      latencies: [],
      reasons: {},
    });
  }

  get now(): PhaseNotes {
    return this.phases.at(-1)!;
  }

  wrong(reason: string): void {
    const { reasons } = this.now;
    reasons[reason] = (reasons[reason] ?? 0) + 1;
  }
}
