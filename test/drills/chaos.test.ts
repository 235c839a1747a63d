import { expect, it } from "vitest";
import { chaos } from "../chaos/chaos.ts";

// Three minutes of what `npm run chaos -- --for 1h` does in a night; of a landing (.ci/run) one.
const SECONDS = Number(process.env.CHAOS_SECONDS ?? 180);

it("bad versions are found and good ones promoted, whatever the machine does", {
  timeout: 900_000,
}, async () => {
  const seed = Date.now() % 100_000;
  const { rollouts, requests, lost, wrong } = await chaos(SECONDS * 1000, seed, (line) => console.log(line));
  console.log(`seed ${seed}: ${rollouts.length} rollouts, ${requests} requests, ${lost} lost`);
  expect(wrong, `npm run chaos -- --for 3m --seed ${seed}`).toEqual([]);
  expect(rollouts.length).toBeGreaterThan(SECONDS < 180 ? 0 : 1);
});
