import { expect, test } from "vitest";
import { compare, dispersionOf, fisher, type Proportion } from "../../../rollout/digest/proportion.ts";
import { seededRandom } from "../../../rollout/load/random.ts";

const of = (bad: number, total: number): Proportion => ({ bad, total });

test.each([
  // As R's fisher.test gives them; the last by hand, 2 C(100000, 4) / C(200000, 4).
  [of(3, 4), of(1, 4), 0.4857142857],
  [of(1, 10), of(11, 14), 0.002759456185],
  [of(0, 1000), of(0, 1000), 1],
  [of(0, 100_000), of(4, 100_000), 0.1249962],
])("Fisher's exact test of %j and %j", (a, b, p) => {
  expect(fisher(a, b)).toBeCloseTo(p, 6);
  expect(fisher(b, a)).toBeCloseTo(p, 6);
});

test("the z-test's value is R's: prop.test(c(15, 25), c(50, 50), correct = FALSE)", () => {
  const found = compare(of(15, 50), of(25, 50))!;
  expect(found.test).toBe("two-proportion z-test");
  expect(found.p).toBeCloseTo(0.04122683, 6);
  expect(found.noise).toBe(false);
});

test("few bad requests are judged exactly, none at all not by a division by zero", () => {
  expect(compare(of(0, 1000), of(3, 1000))).toMatchObject({ test: "Fisher's exact test", noise: true });
  expect(compare(of(0, 1000), of(0, 1000))).toMatchObject({ p: 1, noise: true });
  expect(compare(of(0, 0), of(3, 1000))).toBeUndefined();
});

test("of weeks alike one in twenty differs, also when errors come in bursts", () => {
  const random = seededRandom(11);
  const week = () =>
    Array.from({ length: 168 }, () => {
      const rate = random() < 0.1 ? 0.01 : 0.001;
      return of(Array.from({ length: 1000 }, random).filter((each) => each < rate).length, 1000);
    });
  const sum = (hours: Proportion[]) =>
    of(
      hours.reduce((all, { bad }) => all + bad, 0),
      hours.length * 1000,
    );
  let naive = 0;
  let careful = 0;
  const rounds = 60;
  for (let round = 0; round < rounds; round++) {
    const [a, b] = [week(), week()];
    if (!compare(sum(a), sum(b))!.noise) naive++;
    if (!compare(sum(a), sum(b), [a, b])!.noise) careful++;
  }
  expect(dispersionOf([week()])).toBeGreaterThan(2);
  expect(careful).toBeLessThanOrEqual(9);
  expect(naive).toBeGreaterThan(careful);
}, 60_000);
