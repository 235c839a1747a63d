import { describe, expect, test } from "vitest";
import type { Seen } from "../../../../rollout/core/action.ts";
import { sick } from "../../../../rollout/core/next/sick.ts";
import type { RolloutState } from "../../../../rollout/core/state.ts";
import { BEGUN as NOW, stateAt } from "../example.ts";

const look = { is: "look", look: { at: "service", track: "blue" } };
const well = { passed: true, details: [] };
const failed = { passed: false, details: ["/health: 500", "/quotes: 503"] };

function asked(changes: Partial<RolloutState>, service?: Partial<NonNullable<Seen["service"]>>) {
  const seen = service && { service: { at: NOW, length: 1, track: "blue", ...service } };
  return sick(stateAt({ at: "return" }, changes), seen ?? {}, NOW);
}

describe("stable is asked how it does", () => {
  test.each([
    [4, look],
    [5, undefined],
    [6, undefined],
  ])("with %s %% of the users", (blue, expected) => {
    expect(asked({ weights: { blue, green: 100 - blue } })).toEqual(expected);
  });

  test("when nothing is known of the weights", () => {
    expect(asked({ weights: undefined })).toEqual(look);
  });

  test.each(["insisted", "forced"])("but not when a person wants the rollback (%s)", (word) => {
    expect(asked({ [word]: true })).toBeUndefined();
  });

  test.each([
    ["of the other track", { track: "green", read: well }],
    ["before the journal's last entry", { length: 0, read: well }],
    ["of more than 10 s ago", { at: NOW - 10_001, read: well }],
  ])("again after an answer %s", (_, service) => {
    expect(asked({}, service)).toEqual(look);
  });
});

describe("stable's answer", () => {
  const stop = (why: string) => ({
    is: "note",
    note: {
      kind: "stopped",
      reason: `stable fails its smoke tests too, so no traffic goes back to it: ${why}. \`rollback\` takes it back all the same`,
    },
  });

  test("of up to 10 s ago holds", () => {
    expect(asked({}, { at: NOW - 10_000, read: well })).toBeUndefined();
  });

  test("that it is well lets the traffic back", () => {
    expect(asked({}, { read: well })).toBeUndefined();
  });

  test.each([
    ["the first", {}],
    ["the first, as the looks count it", { failingSince: 0 }],
  ])(
    "is asked for once more a second after %s that failed",
    (_, { failingSince }: { failingSince?: number }) => {
      const at = (ago: number) => ({
        at: NOW - ago,
        read: failed,
        failingSince: failingSince === 0 ? NOW - ago : undefined,
      });
      expect(asked({}, at(999))).toEqual({ is: "wait", until: NOW + 1, why: "asking stable once more" });
      expect(asked({}, at(1_000))).toEqual(look);
    },
  );

  test("that failed twice stops the rollback, with what failed", () => {
    const failingSince = NOW - 1;
    expect(asked({}, { read: failed, failingSince })).toEqual(stop("/health: 500; /quotes: 503"));
    expect(asked({}, { error: "no network", failingSince })).toEqual(stop("no network"));
  });
});
