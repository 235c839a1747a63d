import { describe, expect, test } from "vitest";
import { writesVerdict } from "../../../rollout/load/judge.ts";
import { sampleJourneys } from "../../../rollout/load/profile/read.ts";
import { seededRandom } from "../../../rollout/load/random.ts";
import { Journeys } from "../../../rollout/load/requests/journeys.ts";
import { countingQuery, findWrites, timesIn } from "../../../rollout/load/writes/found.ts";
import { Numbers } from "../../../rollout/load/writes/numbers.ts";

const ORDER = {
  ...sampleJourneys()[0]!,
  name: "order",
  request: "POST /orders",
  body: { lines: [{ reference: { number: true } }], amount: { from: 1, to: 3 } },
  expect: { status: 201, echo: false, same: false, holds: false },
  written: "SELECT reference FROM orders WHERE reference LIKE '{run}-%'",
};

/** Orders that were sent, of which those of `statuses` got an answer. */
function sent(statuses: (number | undefined)[]) {
  const numbers = new Numbers("run");
  const journeys = new Journeys([ORDER], seededRandom(1), 10, numbers);
  const bodies = statuses.map((status) => {
    const shot = journeys.next();
    if (status !== undefined) shot.mistake(status, "{}");
    return JSON.parse(shot.body!);
  });
  return { writes: numbers.writes()[0]!, bodies };
}

describe("numbered writes", () => {
  test("have each a number of their own, wherever in the body it has its place", () => {
    const { bodies } = sent([201, 201, 500]);
    expect(bodies.map(({ lines }) => lines[0].reference)).toEqual(["run-1-1", "run-1-2", "run-1-3"]);
  });

  test("are acknowledged by the right status alone", () => {
    expect(sent([201, 500, undefined, 201]).writes).toMatchObject({
      sent: 4,
      acknowledged: new Set([1, 4]),
    });
  });

  test.each([
    ["all there, once", "1-4:1", { lost: [], doubled: [], unanswered: 2, unansweredThere: 2 }, "target"],
    ["a lost one", "1-3:1", { lost: [4], doubled: [], unanswered: 2, unansweredThere: 2 }, "critical"],
    ["a doubled one", "1-1:1\n4-4:1\n2-2:2", { lost: [], doubled: [2], unanswered: 2 }, "critical"],
    ["nothing", "", { lost: [1, 4], doubled: [], unansweredThere: 0 }, "critical"],
    ["another answer", "psql: no", { unknown: 'the database answered "psql: no"' }, "critical"],
  ])("%s", async (_, answer, found, level) => {
    const writes = await findWrites(sent([201, 500, undefined, 201]).writes, async () => answer);
    expect(writes).toMatchObject(found);
    expect(writesVerdict(writes)).toMatchObject({ threshold: "writes", level });
  });

  test("that nobody can look up are no success", async () => {
    const writes = await findWrites(sent([201]).writes, () => Promise.reject(new Error("psql ended with 2")));
    expect(writesVerdict(writes)).toEqual({
      threshold: "writes",
      level: "critical",
      measured: null,
      text: "order: 1 of 1 acknowledged, and nobody can tell what is there: psql ended with 2",
    });
  });
});

test("a stretch of numbers is one line, and the run's own are asked for", () => {
  expect([...timesIn("1-3:1\n 7-7:2 \n")]).toEqual([
    [1, 1],
    [2, 1],
    [3, 1],
    [7, 2],
  ]);
  expect(countingQuery(ORDER.written, "run-1")).toContain("WHERE reference LIKE 'run-1-%'");
});
