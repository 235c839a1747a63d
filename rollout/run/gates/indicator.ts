import type { Counts } from "../../analysis/counts.ts";
import type { GateVerdict } from "../../analysis/verdict.ts";
import type { TrackCounts } from "../../core/verdict.ts";
import type { Warming } from "./warm-up.ts";

/** A gate's word and what it rests on, as the journal and the views keep it. */
export type GateEvidence = Pick<GateVerdict, "outcome" | "hold" | "reason" | "toFail" | "toPass"> &
  Partial<GateVerdict> & { name: string };

/** One thing that is counted and judged, second by second. */
export interface Indicator {
  name: string;
  /** Stable's traffic before the candidate had any. */
  learn(stable: TrackCounts | undefined): void;
  beginStep(): void;
  observe(candidate: TrackCounts | undefined, stable: TrackCounts | undefined): void;
  verdict(baked: boolean): GateVerdict;
  /** Its part of the plan's false-alarm rate: those of all indicators sum to it. */
  part: number;
  /** The e-value against the candidate now: 1 / a or more refutes "no worse" at level a. */
  evidence(): number;
  /** It fails, by what others saw too. */
  convict(others: readonly string[]): void;
  /** It may fail a candidate, but what it doesn't see keeps none from passing: not every platform has it. */
  onlyFails?: boolean;
  /** What it takes of servers that warm up. */
  warming?: Warming;
  /** It is counted where metrics come later: by the balancer, or the application. */
  late?: boolean;
}

/** What of a track's counts it takes. */
export type Of = (counts: TrackCounts | undefined) => Counts;
