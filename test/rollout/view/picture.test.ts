import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ROOT } from "../../support/sample.ts";

// The README's picture, drawn from a real rollout by `npm run picture`.

describe.each(["light", "dark"])("on %s ground", (ground) => {
  const svg = readFileSync(join(ROOT, "docs/pictures", `rollback.${ground}.svg`), "utf8");

  test("is named by the README", () => {
    expect(readFileSync(join(ROOT, "README.md"), "utf8")).toContain(`docs/pictures/rollback.${ground}.svg`);
  });

  test("stands by itself, and shows a rollout that goes back", () => {
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    expect(svg).not.toMatch(/<script|href=|url\(/);
    expect(svg).toContain("rollback");
    expect(svg).toContain(ground === "light" ? "--ground: #ffffff" : "--ground: #111316");
  });
});
