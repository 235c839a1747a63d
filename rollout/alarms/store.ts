import type { MetricId } from "./model.ts";

const MINUTE = 60;

/** The samples of every metric, minute by minute: what CloudWatch keeps at standard resolution. */
export class MetricStore {
  readonly #metrics = new Map<string, Map<number, number[]>>();

  /** @param epochSecond any second of the minute that the samples belong to */
  add(metric: MetricId, epochSecond: number, samples: readonly number[]): void {
    if (samples.length === 0) return;
    const minutes = this.#metrics.get(keyOf(metric)) ?? new Map<number, number[]>();
    this.#metrics.set(keyOf(metric), minutes);
    const minute = Math.floor(epochSecond / MINUTE);
    minutes.set(minute, [...(minutes.get(minute) ?? []), ...samples]);
  }

  /** All samples of whole minutes from `from` (inclusive) to `to` (exclusive), epoch seconds. */
  between(metric: MetricId, from: number, to: number): number[] {
    const minutes = this.#metrics.get(keyOf(metric));
    const samples: number[] = [];
    if (!minutes) return samples;
    for (let minute = Math.floor(from / MINUTE); minute < Math.floor(to / MINUTE); minute += 1) {
      for (const sample of minutes.get(minute) ?? []) samples.push(sample);
    }
    return samples;
  }

  /** Forgets what is older than any alarm looks back. */
  forgetBefore(epochSecond: number): void {
    const oldest = Math.floor(epochSecond / MINUTE);
    for (const minutes of this.#metrics.values()) {
      for (const minute of minutes.keys()) if (minute < oldest) minutes.delete(minute);
    }
  }
}

/** Two orders of the same dimensions are the same metric. */
export function keyOf({ namespace, name, dimensions }: MetricId): string {
  const pairs = Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([namespace, name, pairs]);
}
