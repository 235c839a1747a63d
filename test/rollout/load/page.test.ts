import { expect, test } from "vitest";
import { compare } from "../../../rollout/load/compare.ts";
import { loadPage } from "../../../rollout/load/view/page.ts";
import { runText } from "../../../rollout/load/view/text.ts";
import { expectWhole, PHONE, testOpens, testReadable } from "../../support/page.ts";
import { exampleRun } from "./example.ts";

const run = exampleRun({ seed: 2, seconds: 120, factor: 1.5, failed: 0.2 });
const comparison = compare(exampleRun({ seed: 1, seconds: 120 }), run);
const page = loadPage(run, comparison);

test("the page holds all of it, escaped, and loads nothing", () => {
  expect(page.match(/ data-chart="/g)).toHaveLength(4);
  expect(page).toContain("GET / answered &lt;503&gt;");
  expect(page).toContain("critical");
  expect(page).toContain("worse");
  expect(page).toContain("block bootstrap");
  expectWhole(page);
  // Its own, which draws the charts.
  expect(page.match(/<script/g)).toHaveLength(1);
});

test("a run without any answer has a page too", () => {
  const empty = {
    ...exampleRun({ seed: 1, seconds: 10, failed: 1 }),
    generator: { lagP99: 300, lagMost: 400, unsent: 3, fellBehind: true },
  };
  expectWhole(loadPage(empty));
  expect(loadPage(empty)).toContain("The load itself fell behind");
});

test("an interrupted run has neither failed nor passed, whatever there is of it", () => {
  const well = exampleRun({ seed: 1, seconds: 10 });
  for (const passed of [true, false]) {
    const cut = { ...well, interrupted: true, passed };
    expect(runText(cut, undefined)).toMatch(/^interrupted: profile 100/);
    expect(loadPage(cut)).toContain('<p class="outcome">interrupted</p>');
    expect(runText(cut, undefined)).not.toContain("FAILED");
  }
});

test("the text says what is worse, beyond noise", () => {
  const said = runText(run, comparison);
  expect(said).toMatch(/^FAILED: profile 100/);
  expect(said).toMatch(/p95 .* times \([\d.]+ to [\d.]+\): worse/);
  expect(said).toMatch(/success .* points \(.*\): worse/);
});

testOpens(() => page, "beta: load 100");
testReadable(() => page, { ...PHONE, smallestPx: 11 });
