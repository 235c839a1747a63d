import { expect, test } from "vitest";
import { sorted } from "../../../rollout/run/gates/on-fail.ts";

const gate = (name: string, outcome: "pass" | "fail" | "wait") => ({
  ...{ name, outcome, hold: false, reason: `${name}: ${outcome}`, toFail: 0, toPass: 0 },
});
const names = (gates: readonly { name: string }[]) => gates.map(({ name }) => name);

test("gates that fail do what the plan says, by the config's names, and the others decide", () => {
  const all = ["errors", "over 500 ms", "burn rate of 99.9 %", "quotes", "alarms"].map((name) =>
    gate(name, "fail"),
  );
  const { deciding, pauses, tells } = sorted(all, {
    ...{ latency: "pause", burnRate: "pause", quotes: "tell", alarms: "roll back" },
  });
  expect(names(deciding)).toEqual(["errors", "alarms"]);
  expect(pauses).toEqual({
    gates: ["over 500 ms", "burn rate of 99.9 %"],
    reason: "over 500 ms: fail; burn rate of 99.9 %: fail",
  });
  expect(tells).toEqual({ gates: ["quotes"], reason: "quotes: fail" });
});

test("one that hasn't failed decides whatever it would do", () => {
  const all = [gate("errors", "wait"), gate("over 1.5 ms", "pass")];
  expect(sorted(all, { errors: "tell", latency: "pause" })).toEqual({ deciding: all });
});
