import { expect, test } from "vitest";
import { recordStack } from "../../support/stacks.ts";

/** Letters that don't compress: as many as wanted, always the same. */
function noise(count: number): string {
  let state = 42;
  return Array.from({ length: count }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"[state % 62];
  }).join("");
}

test("user data that gets too long with the names that AWS gives is refused before anything is made", {
  timeout: 60_000,
}, async () => {
  const change = { app: { environment: { NOISE: noise(30_000) }, notSecret: ["NOISE"] } };
  await expect(recordStack("beta", change)).rejects.toThrow("shorten rollout:app.environment");
});
