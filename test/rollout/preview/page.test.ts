import { beforeAll, expect, test } from "vitest";
import { html } from "../../../rollout/preview/render/html.ts";
import { expectWhole, PHONE, testReadable } from "../../support/page.ts";
import { busyPreview, usualPreview } from "./example.ts";

let page: string;
let usual: string;
beforeAll(async () => {
  page = html(await busyPreview());
  usual = html(await usualPreview());
}, 120_000);

const SCREENS = 3;

testReadable(
  () => usual,
  { ...PHONE, smallestPx: 14 },
  (found) => {
    test(`the usual change is read in ${SCREENS} screens of a phone, for what isn't dangerous is folded`, () => {
      expect(found().height).toBeGreaterThan(200);
      expect(found().height).toBeLessThanOrEqual(SCREENS * PHONE.height);
    });
  },
);

test("the page loads nothing and runs nothing, whatever the values say", () => {
  expectWhole(page);
  expect(page).not.toContain("<script");
});

testReadable(
  () => page,
  { ...PHONE, smallestPx: 14 },
  (found) => {
    test("danger leads, the critical first; then rules, doubts, traffic, changes, cost", () => {
      const { order } = found();
      const dangers = order.filter((each) => each.startsWith("danger "));
      expect(dangers.length).toBeGreaterThanOrEqual(5);
      expect(dangers).toEqual(dangers.toSorted());
      expect(new Set(dangers)).toEqual(new Set(["danger critical", "danger warning"]));
      const last = order.lastIndexOf("danger warning");
      const after = ["Rules broken", "Not certain", "Traffic", "Database", "What is touched", "Cost"];
      const places = after.map((each) => order.findIndex((title) => title.startsWith(each)));
      expect(places).toEqual(places.toSorted((a, b) => a - b));
      expect(places[0]).toBeGreaterThan(last);
    });
  },
);
