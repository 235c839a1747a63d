import { expect, test } from "vitest";
import {
  addTime,
  addTimes,
  countsOver,
  edgesAround,
  lessTimes,
} from "../../../../rollout/analysis/latency/times.ts";

// How long answers took, by the edges between which they lie.

test.each([
  [0, 10],
  [10, 10],
  [10.1, 14],
  [450, 450],
  [451, 640],
  [56_000, 56_000],
  [600_000, 56_000],
])("%s ms are up to %s", (ms, edge) => {
  expect(addTime(undefined, ms)).toEqual({ [edge]: 1 });
  expect(addTime({ [edge]: 2 }, ms, 3)).toEqual({ [edge]: 5 });
});

test("who didn't wait took no time", () => {
  expect(addTime(undefined, undefined)).toEqual({});
  expect(addTime({ 10: 1 }, undefined)).toEqual({ 10: 1 });
});

test("are added, and taken away as far as there are any", () => {
  expect(addTimes({ 10: 1, 14: 2 }, { 14: 3, 20: 4 })).toEqual({ 10: 1, 14: 5, 20: 4 });
  expect(lessTimes({ 10: 1, 14: 5, 20: 4 }, { 14: 5, 20: 9, 28: 1 })).toEqual({ 10: 1 });
});

test("those over an edge took longer than it", () => {
  expect(countsOver({ 10: 1, 14: 2, 20: 4 }, 14)).toEqual({ requests: 7, bad: 4 });
  expect(countsOver({}, 14)).toEqual({ requests: 0, bad: 0 });
});

test("each edge is some 1.4 of the one before, and has two digits, as servers on AWS round times", () => {
  const all = edgesAround(1000, 1000);
  expect(all).toHaveLength(26);
  for (const [index, edge] of all.entries()) {
    expect(String(edge)).toMatch(/^\d\d0*$/);
    if (index > 0) expect(Math.abs(edge / all[index - 1]! - Math.SQRT2)).toBeLessThan(0.07);
  }
  expect(edgesAround(500, 8)).toEqual([80, 110, 160, 220, 320, 450, 640, 900, 1300, 1800, 2500, 3600]);
  expect(edgesAround(1, 2)).toEqual([10, 14, 20]);
});
