import { carriedUsers } from "../../../rollout/load/carried.ts";
import { failing, verdictsOf } from "../../../rollout/load/judge.ts";
import { responseOf } from "../../../rollout/load/play.ts";
import { readProfile } from "../../../rollout/load/profile/read.ts";
import { lasting } from "../../../rollout/load/profile/stages.ts";
import { seededRandom } from "../../../rollout/load/random.ts";
import type { LoadRun } from "../../../rollout/load/result.ts";
import { TallyByTrack } from "../../../rollout/load/tally.ts";

/** A run as a service of some 20 ms gives it, slower by `factor`, with a share of `failed` requests. */
export function exampleRun(made: {
  seed: number;
  seconds: number;
  factor?: number;
  failed?: number;
}): LoadRun {
  const { seed, seconds, factor = 1, failed = 0 } = made;
  const random = seededRandom(seed);
  const profile = lasting(readProfile("100"), seconds * 1000);
  const tally = new TallyByTrack();
  const timeline = Array.from({ length: seconds }, () => {
    const answers = Array.from({ length: 14 }, () => ({
      ms: factor * (10 - 10 * Math.log(1 - random())),
      right: random() >= failed,
    }));
    for (const { ms, right } of answers) tally.add("blue", ms, !right);
    return { users: 100, due: 14, latencies: answers.flatMap(({ ms, right }) => (right ? [ms] : [])) };
  });
  const carried = carriedUsers(timeline, profile.thresholds);
  const verdicts = verdictsOf(profile, timeline, carried);
  const right = timeline.reduce((sum, { latencies }) => sum + latencies.length, 0);
  return {
    version: 1,
    stack: "beta",
    url: "https://127.0.0.1:8443",
    startedAt: "2026-03-02T10:00:00.000Z",
    seconds,
    interrupted: false,
    profile,
    seed,
    requests: 14 * seconds,
    right,
    reasons: right < 14 * seconds ? { "GET / answered <503>": 14 * seconds - right } : {},
    response: responseOf(timeline),
    generator: { lagP99: 1.2, lagMost: 3, unsent: 0, fellBehind: false },
    carriedUsers: carried,
    verdicts,
    passed: verdicts.every(({ level }) => !failing(level)),
    tracks: tally.result(),
    journeys: tally.result(),
    timeline,
  };
}
