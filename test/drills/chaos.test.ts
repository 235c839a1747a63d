import { expect, it } from "vitest";
import { chaos } from "../chaos/chaos.ts";

// Three minutes of what `npm run chaos -- --for 1h` does in a night.

it("bad versions are found and good ones promoted, whatever the machine does", {
  timeout: 900_000,
}, async () => {
  const seed = Date.now() % 100_000;
  const { rollouts, requests, lost, wrong } = await chaos(180_000, seed, (line) => console.log(line));
  console.log(`seed ${seed}: ${rollouts.length} rollouts, ${requests} requests, ${lost} lost`);
  expect(wrong, `npm run chaos -- --for 3m --seed ${seed}`).toEqual([]);
  expect(rollouts.length).toBeGreaterThan(1);
});
