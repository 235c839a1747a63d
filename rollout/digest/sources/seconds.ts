import type { MetricSecond } from "../../core/verdict.ts";
import type { Traffic } from "../sources.ts";

interface Counted {
  requests: number;
  errors: number;
  slow: number;
}

/** Seconds added up by track, and by the hour. */
export function addedUp(seconds: readonly MetricSecond[]): {
  tracks: Record<string, Counted>;
  hours: Traffic["hours"];
} {
  const tracks: Record<string, Counted> = {};
  const hours = new Map<number, Counted>();
  for (const { epochSecond, tracks: counts } of seconds) {
    const hour = Math.floor(epochSecond / 3600);
    for (const [name, each] of Object.entries(counts)) {
      tracks[name] = sum(tracks[name], each);
      hours.set(hour, sum(hours.get(hour), each));
    }
  }
  return { tracks, hours: [...hours.values()] };
}

function sum(before: Counted | undefined, { requests, errors, slow }: Counted): Counted {
  const { requests: r, errors: e, slow: s } = before ?? { requests: 0, errors: 0, slow: 0 };
  return { requests: r + requests, errors: e + errors, slow: s + slow };
}
