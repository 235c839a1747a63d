import { expect, test } from "vitest";
import { replay } from "../../../rollout/core/replay.ts";
import { statusLines } from "../../../rollout/view/status.ts";
import { statusView } from "../../../rollout/view/status-view.ts";
import { BEGUN, baking } from "./example.ts";

const view = statusView({
  stack: "beta",
  state: replay(baking)!,
  asked: { blue: 75, green: 25 },
  real: { blue: 75, green: 25 },
  seconds: [],
  through: BEGUN + 150_000,
  evidence: undefined,
  now: BEGUN + 150_000,
});

test("what is served is beside what was asked: sessions that have begun stay where they are", () => {
  const served = (...perSecond: (number | undefined)[]) =>
    statusLines(
      { ...view, tracks: view.tracks.map((each, index) => ({ ...each, perSecond: perSecond[index] })) },
      { color: false, width: 100 },
    ).filter((line) => line.startsWith("served"));
  expect(served(42, 8)).toEqual([expect.stringMatching(/^served {2}#+\.+ {2}blue 84 green 16$/)]);
  expect(served(0, 0)).toEqual([]);
  expect(served(undefined, undefined)).toEqual([]);
});
