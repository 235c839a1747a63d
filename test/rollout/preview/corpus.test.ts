import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Graph } from "../../../rollout/graph/model.ts";
import { compare } from "../../../rollout/preview/compare.ts";
import type { StackPreview } from "../../../rollout/preview/model.ts";
import { FORMATS, render } from "../../../rollout/preview/render/index.ts";
import { consequence } from "../../../rollout/preview/render/words.ts";
import { access } from "./corpus/access.ts";
import { Capturer } from "./corpus/capturer.ts";
import type { Case } from "./corpus/case.ts";
import { CORPUS, told } from "./corpus/corpus.ts";
import { harmless } from "./corpus/harmless.ts";
import { graphOf } from "./corpus/project.ts";

/** Two at a time, each with a process that captures one after the other. */
async function inPairs<T>(items: T[], work: (item: T, capturer: Capturer) => Promise<void>): Promise<void> {
  const left = [...items];
  const worker = async (capturer: Capturer) => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item, capturer);
  };
  await Promise.all(capturers.map(worker));
}

const capturers = [new Capturer(), new Capturer()];
afterAll(() => {
  for (const capturer of capturers) capturer.stop();
});

const previews = new Map<Case, StackPreview | Error>();

beforeAll(async () => {
  const base: Record<string, Graph> = {};
  await inPairs(["beta", "prod"] as const as unknown as Case["stack"][], async (stack, capturer) => {
    base[stack] = await graphOf({ stack }, (options) => capturer.capture(options));
  });
  await inPairs(Object.values(CORPUS).flat(), async (each, capturer) => {
    const capture: Parameters<typeof graphOf>[1] = (options) => capturer.capture(options);
    const { stack, before: config } = each;
    const before = config ? await graphOf({ stack, config }, capture) : base[stack]!;
    const result = await graphOf(each, capture)
      .then((after) => compare({ before, after, today: "2026-11-21" }))
      .catch((error: Error) => error);
    previews.set(each, result);
  });
}, 600_000);

function previewOf(each: Case): StackPreview {
  const found = previews.get(each);
  if (found === undefined || found instanceof Error) throw found ?? new Error("not captured");
  return found;
}

for (const [topic, cases] of Object.entries(CORPUS)) {
  describe(topic, () => {
    test.for(cases.map((each) => [each.name, each] as const))("%s", ([, each]) => {
      expect(told(previewOf(each))).toEqual(each.dangers.toSorted());
    });
  });
}

// A change of the servers' template shows as one of the template, and is one of every server.
test.each([
  ["a new image", ["beta-green"]],
  ["larger servers", ["beta-blue", "beta-green"]],
  ["a variable of the app", ["beta-blue", "beta-green"]],
  ["more servers", []],
  ["a larger database", []],
])("%s: new servers in %j", (name, groups) => {
  const { changes } = previewOf(harmless.find((each) => each.name === name)!);
  const renewed = changes.filter(({ properties }) =>
    properties.some((each) => consequence(each).startsWith("new servers take the place of the old")),
  );
  expect(renewed.map((change) => change.name)).toEqual(groups);
});

test.each([
  ["a larger database", "in the maintenance window (sun:05:30-sun:06:00), with an outage of some minutes"],
  ["a larger database at once", "at once, with an outage of some minutes"],
  ["a standby of the database", "in the maintenance window (sun:05:30-sun:06:00), without an outage"],
  ["more storage", "at once, without an outage, and not again for six hours"],
  ["a larger cache", "in the maintenance window (sun:05:30-sun:06:30), with a break of seconds"],
])("%s: said when, and what is away meanwhile", (name, effect) => {
  const { changes } = previewOf(
    Object.values(CORPUS)
      .flat()
      .find((each) => each.name === name)!,
  );
  const notes = changes.flatMap(({ properties }) => properties.map(consequence));
  expect(notes.join("; ")).toContain(effect);
});

const named = (name: string) =>
  previewOf(
    Object.values(CORPUS)
      .flat()
      .find((each) => each.name === name)!,
  );
const rendered = (name: string, format: (typeof FORMATS)[number]) =>
  render(
    { version: 1, base: "main", verdicts: "graph", stacks: [named(name)], problems: [], notes: [] },
    format,
  );

test("one changed address of an operator is one line, beside the danger", () => {
  const lines = rendered("only another address is told", "terminal").split("\n");
  expect(lines.filter((line) => line.includes("sre@example.com"))).toEqual([
    "    From:  email ops@example.com -> email sre@example.com",
    "    ~ ops@example.com -> sre@example.com  email of beta-p1, beta-p2, beta-p3, beta-p4 and beta-budget",
  ]);
  // An address that only comes replaces none.
  expect(rendered("another address is told as well", "terminal")).toContain(
    "+ beta-p1-email-sre@example.com",
  );
});

test.each([
  ["a flag for everybody", "dashboard_charts: group admin -> everybody; new to everybody but group admin"],
  [
    "a flag for another group",
    "dashboard_charts: group admin -> groups admin and pilots; new to group pilots",
  ],
  [
    "a flag for a tenth of the tenants",
    "dashboard_charts: group admin -> 10 % of tenants; new to 10 % of tenants, gone for group admin",
  ],
  ["a flag goes off", "dashboard_charts: group admin -> nobody; gone for group admin"],
])("%s: said who gets it and who loses it", (name, text) => {
  for (const format of ["terminal", "html"] as const)
    expect(rendered(name, format).replaceAll("&gt;", ">")).toContain(text);
});

test("a number in a long text is shown, and the text is folded", () => {
  const text = rendered("backups twice a day", "terminal");
  expect(text).toContain(
    "…was completed for 8 hours; one is due every 6. See whether the… -> …was completed for 14",
  );
  expect(text).not.toContain("may back it up");
  const page = rendered("backups twice a day", "html");
  expect(page).toMatch(/<details><summary>the whole text<\/summary><p>P2 of prod.*may back it up/);
});

test("less storage saves nothing: RDS keeps what is there", () => {
  const { cost } = previewOf(
    Object.values(CORPUS)
      .flat()
      .find(({ name }) => name === "less storage")!,
  );
  expect(cost.afterUsd).toBe(cost.beforeUsd);
});

test.each(FORMATS)(
  "%s shows the lines of user data that changed, though AWS gets them compressed",
  (format) => {
    const stacks = [previewOf(harmless.find(({ name }) => name === "a variable of the app")!)];
    const text = render(
      { version: 1, base: "main", verdicts: "graph", stacks, problems: [], notes: [] },
      format,
    );
    expect(text).toMatch(/KEYBOARD=es/);
  },
);

test("a harmless change breaks no rule, and a database with a public address does", () => {
  const all = Object.values(CORPUS).flat();
  const harmless = all.filter(({ dangers }) => dangers.length === 0);
  expect(harmless.flatMap((each) => previewOf(each).policies)).toEqual([]);
  const open = all.find(({ edits = [] }) => edits.some(([, , to]) => to === "publiclyAccessible: true"))!;
  expect(previewOf(open).policies).toEqual([
    expect.stringContaining(
      `${open.stack}-database breaks database-private (RDS.2): publiclyAccessible is true.`,
    ),
  ]);
});

test("every danger says what happens, why it matters and what to do", () => {
  for (const each of Object.values(CORPUS).flat()) {
    for (const { kind, title, why, advice } of previewOf(each).dangers) {
      expect(title, kind).toMatch(/^\S.+[^.]$/s);
      expect([why, advice], kind).toEqual([
        expect.stringMatching(/^[A-Z].+\.$/s),
        expect.stringMatching(/^[A-Z].+\.$/s),
      ]);
    }
  }
});

test("the corpus is large enough to mean something", () => {
  const all = Object.values(CORPUS).flat();
  expect(all.length).toBeGreaterThanOrEqual(40);
  expect(all.filter(({ dangers }) => dangers.length === 0).length).toBeGreaterThanOrEqual(20);
});

test("no format shows what a change puts in clear", () => {
  for (const each of access.filter(({ name }) => /in clear|token among/.test(name))) {
    for (const format of FORMATS) {
      const stacks = [previewOf(each)];
      const text = render(
        { version: 1, base: "main", verdicts: "graph", stacks, problems: [], notes: [] },
        format,
      );
      expect(text).not.toContain("canary-in-clear");
    }
  }
});
