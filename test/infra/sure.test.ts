import { expect, it } from "vitest";
import { afterLast, entry, first, given, last, member, nth, upTo } from "../../infra/sure.ts";

it("gives what is there, also what is there and undefined", () => {
  expect([first([1, 2]), last([1, 2]), nth("ab", 1), nth([undefined], 0)]).toEqual([1, 2, "b", undefined]);
  expect(entry(new Map([["a", 0]]), "a")).toBe(0);
  expect(member({ a: "" }, "a")).toBe("");
  expect(given(0, "count")).toBe(0);
});

it.each([
  [() => first([]), "there is no item 0 among 0"],
  [() => last([]), "there is no item -1 among 0"],
  [() => nth([1], 1), "there is no item 1 among 1"],
  [() => entry(new Map(), "a"), "there is no entry a"],
  // What every object has isn't the record's.
  [() => member({} as Record<string, unknown>, "toString"), "there is no member toString"],
  [() => given(undefined, "stack"), "there is no stack"],
  [() => given(null, "stack"), "there is no stack"],
])("says at once what isn't there: %#", (look, message) => {
  expect(look).toThrow(new RangeError(message));
});

it.each([
  ["a:b:c", "a", "c"],
  ["abc", "abc", "abc"],
  ["", "", ""],
  [":b", "", "b"],
])("takes %j apart", (text, start, end) => {
  expect([upTo(text, ":"), afterLast(text, ":")]).toEqual([start, end]);
});
