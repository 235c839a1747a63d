import { describe, expect, test } from "vitest";
import { replay } from "../../../rollout/core/replay.ts";
import { type LiveSight, partsOf } from "../../../rollout/ui/parts.ts";
import { statusView } from "../../../rollout/view/status-view.ts";
import { BEGUN, baking, rolledBack, traffic } from "../view/example.ts";

/** What is seen so many seconds after the begin. */
function seenAt(second: number, entries = baking): LiveSight {
  const state = replay(entries)!;
  const seconds = traffic(second);
  const [now, through] = [BEGUN + second * 1000, BEGUN + second * 1000];
  const real = { blue: 75, green: 25 };
  const evidence = [{ name: "errors", outcome: "wait", reason: "<b>", toFail: 0.999, toPass: 0.2 }];
  const view = statusView({
    stack: "beta",
    state,
    asked: real,
    real,
    seconds,
    through,
    unread: undefined,
    evidence,
    now,
  });
  const alarms = {
    candidate: [{ name: "green-errors", state: "ALARM" as const, reason: "1 > 0" }],
    stable: [],
  };
  return { view, state, entries, seconds, through, alarms };
}

test("the page shows the split, the gates' evidence, the alarms and the journal", () => {
  const { places } = partsOf(seenAt(155));
  expect(places.now).toContain("baking at 25 %");
  expect(places.split).toContain("blue 75 green 25");
  // Full only when it is.
  expect(places.gates).toContain("99 %");
  expect(places.alarms).toContain("green-errors");
  expect(places.journal).toContain("step 1 passed");
  expect(places.charts).toContain("&quot;tone&quot;:&quot;track-green&quot;");
});

test("the page says who stays where he began, and how far users are behind the split", () => {
  const seen = seenAt(155);
  const shares = { ...seen.view.shares, lag: 15 };
  const { places } = partsOf({
    ...seen,
    view: { ...seen.view, shares, draining: { track: "blue", leftSeconds: 600 } },
  });
  expect(places.split).toContain("green is 15 points behind what is asked");
  expect(places.split).toMatch(/drains<\/span> blue keeps its sessions.*10 min more at most/);
  expect(partsOf(seen).places.split).not.toContain("drains");
});

test("nothing that others wrote is HTML in it", () => {
  const { places } = partsOf(seenAt(200, rolledBack));
  for (const html of Object.values(places)) expect(html).not.toMatch(/<\/script>|<b>&|<td><b>/);
});

describe("a word", () => {
  const word = (command: string, seen = seenAt(155)) =>
    partsOf(seen).words.find((each) => each.command === command)!;

  test("says before it is given what it will do", () => {
    expect(word("rollback").will).toContain("All traffic goes to blue at once: green has 25 % of it now");
    expect(word("promote").will).toContain("green gets 100 % of the traffic now");
  });

  test("can't be given where it makes no sense, and says why", () => {
    expect(word("rollback").refused).toBeUndefined();
    expect(word("pause").refused).toBeUndefined();
    expect(word("resume").refused).toBe("nothing is paused");
    const over = seenAt(200, rolledBack);
    for (const command of ["pause", "resume", "promote", "rollback"])
      expect(word(command, over).refused).toBe("the rollout is over");
    const paused = seenAt(155, [
      ...baking,
      { kind: "command", command: "pause", at: BEGUN + 150_000, by: "ann" },
    ]);
    expect(word("pause", paused).refused).toBe("it is paused already");
    expect(word("resume", paused).refused).toBeUndefined();
  });
});
