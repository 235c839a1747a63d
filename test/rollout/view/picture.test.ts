import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { PICTURE, picturePage } from "../../../bench/picture/page.ts";
import { judgeOf } from "../../../rollout/run/judge.ts";
import { reportData } from "../../../rollout/view/report/data.ts";
import { ROOT } from "../../support/sample.ts";
import { BEGUN, plan, rolledBack, traffic } from "./example.ts";

// The README's picture, taken by Chromium of a real rollout: `npm run picture`.

describe.each(["light", "dark"] as const)("on %s ground", (ground) => {
  test("is named by the README, and has two dots to a pixel", () => {
    const name = `docs/pictures/rollback.${ground}.png`;
    expect(readFileSync(join(ROOT, "README.md"), "utf8")).toContain(name);
    const picture = readFileSync(join(ROOT, name));
    // PNG specification, 11.2.2: after the signature, width and height.
    expect(picture.subarray(1, 4).toString()).toBe("PNG");
    expect([picture.readUInt32BE(16), picture.readUInt32BE(20)]).toEqual([
      2 * PICTURE.width,
      2 * PICTURE.height,
    ]);
  });

  test("is of the split and the errors, in that ground's colours, whatever the reader's system", () => {
    const data = reportData("beta", rolledBack, traffic(190), judgeOf(plan), BEGUN + 200_000);
    const page = picturePage(data, "It goes back", ground);
    expect(page.match(/ data-chart="/g)).toHaveLength(2);
    expect(page).toContain(`color-scheme: ${ground}`);
    expect(page).not.toContain("@media (prefers-color-scheme");
  });
});
