import { describe, expect, test } from "vitest";
import { type LongEvent, longEventIn, longSteps } from "../../../rollout/view/long-connections.ts";

let count = 0;
/** A connection of a client's, as two lines of a log. */
function connection(client: string, from: number, to?: number, track = "blue"): LongEvent[] {
  const of = { id: String(++count), client, track, kind: "socket" };
  return [
    { ...of, at: from, is: "opened" as const },
    ...(to === undefined ? [] : [{ ...of, at: to, is: "ended" as const }]),
  ];
}
const STEPS = [
  { at: 10_000, step: "10 %" },
  { at: 20_000, step: "100 %" },
];

describe("long connections", () => {
  test("are cut where their client is back within a minute; the others have left", () => {
    const events = [
      ...connection("ann", 1_000, 21_000),
      ...connection("ann", 21_400, undefined, "green"),
      ...connection("bob", 12_000, 22_000),
      ...connection("bob", 24_000, undefined, "green"),
      ...connection("cyd", 11_000, 23_000),
      ...connection("dan", 1_000, 15_000),
      ...connection("dan", 76_000),
    ];
    expect(longSteps(events, STEPS)).toEqual([
      { step: "10 %", opened: 2, cut: 0, left: 1, medianMs: undefined, longestMs: undefined, open: 3 },
      { step: "100 %", opened: 3, cut: 2, left: 1, medianMs: 400, longestMs: 2_000, open: 3 },
    ]);
  });

  test("of two tabs of one client each is back once", () => {
    const events = [
      ...connection("ann", 1, 20_000),
      ...connection("ann", 1, 20_000),
      ...connection("ann", 20_500, 20_600),
    ];
    // The third one's own end is followed by nothing.
    expect(longSteps(events, STEPS)[1]).toMatchObject({ cut: 1, left: 2, open: 0 });
  });

  test("that were refused were never open, and nobody is back by them", () => {
    const refused = connection("ann", 20_500);
    const events = [
      ...connection("ann", 1, 20_000),
      ...refused,
      { ...refused[0]!, at: 20_501, is: "refused" as const },
      ...connection("ann", 25_000),
    ];
    expect(longSteps(events, STEPS)[1]).toMatchObject({ opened: 1, cut: 1, longestMs: 5_000 });
  });

  test.each(["", "{", '{"long":"socket"}', '{"time":"2026-01-01T00:00:00Z","status":200}'])(
    "are in no line %j",
    (line) => {
      expect(longEventIn(line)).toBeUndefined();
    },
  );
});
