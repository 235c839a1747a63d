import { describe, expect, test } from "vitest";
import { parseOrder, priceInCents } from "../../app/price.ts";

const good = { width: 1200, height: 1400, material: "pvc" };

test.each([
  [{ width: 1000, height: 1000, material: "pvc" }, 19_000],
  [{ width: 1000, height: 1000, material: "wood" }, 31_000],
  [{ width: 1200, height: 1400, material: "aluminium" }, 58_580],
] as const)("the price of %j is %i cents", (order, cents) => {
  expect(priceInCents(order)).toBe(cents);
});

describe("an order", () => {
  test("is taken as it is when it keeps the rules", () => {
    expect(parseOrder(good)).toEqual({ order: good });
  });

  test.each([
    [{ width: 199 }, "width must be a whole number of millimetres from 200 to 4000"],
    [{ height: 4001 }, "height must be a whole number of millimetres from 200 to 4000"],
    [{ width: 1200.5 }, "width must be a whole number of millimetres from 200 to 4000"],
    [{ width: "1200" }, "width must be a whole number of millimetres from 200 to 4000"],
    [{ material: "glass" }, "material must be one of pvc, wood, aluminium"],
    [{ material: "toString" }, "material must be one of pvc, wood, aluminium"],
    [{ colour: "red" }, "colour is not a field of a quote"],
  ])("with %j is refused", (wrong, rule) => {
    expect(parseOrder({ ...good, ...wrong })).toEqual({ mistakes: [rule] });
  });

  test.each([[null], ["text"], [[]], [7]])("that is %j is refused", (body) => {
    expect(parseOrder(body)).toEqual({
      mistakes: ["the body must be an object { width, height, material }"],
    });
  });

  test("with several mistakes names them all", () => {
    expect(parseOrder({})).toHaveProperty("mistakes.length", 3);
  });
});
