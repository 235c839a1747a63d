import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { textOf } from "../../../rollout/cli/exit.ts";
import { out, passOn, tell } from "../../../rollout/cli/out.ts";
import type { JournalEntry } from "../../../rollout/core/journal.ts";
import { replay } from "../../../rollout/core/replay.ts";
import { drillPage } from "../../../rollout/drill/page.ts";
import type { Graph } from "../../../rollout/graph/model.ts";
import { noticeOf } from "../../../rollout/notify/notice.ts";
import { RehearsalError } from "../../../rollout/platforms/rehearsal/machine/errors.ts";
import { compare } from "../../../rollout/preview/compare.ts";
import type { Preview } from "../../../rollout/preview/model.ts";
import { FORMATS, render } from "../../../rollout/preview/render/index.ts";
import { htmlPage } from "../../../rollout/view/html-page.ts";
import { plain, plainLine, plainLines, plainTexts } from "../../../rollout/view/plain.ts";
import { statusLine, statusLines } from "../../../rollout/view/status.ts";
import { statusView } from "../../../rollout/view/status-view.ts";
import { importsIn } from "../../support/imports.ts";
import { ROOT } from "../docs-pages.ts";
import { BEGUN, baking } from "./example.ts";

/** Clears the screen, renames the window, moves the cursor, sets a link, answers by itself, turns the order around, ends a line. */
const HOSTILE =
  "\u001b[2J\u001b]0;owned\u0007\u009b5A\u001b]8;;http://x\u001b\\click\r\b\u0000\u007f\u202egpj\u2066";
/** What a terminal obeys beside the colours that a renderer sets itself. */
const OBEYED = /(?![\t\n])[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the codes of colours begin with one
const OWN_COLOURS = /\u001b\[\d+m/g;

describe("foreign text that is shown", () => {
  it("says what a terminal would have obeyed", () => {
    expect(plain("a\u001b[31mb\u009b\u202ec\td\r\ne\rf")).toBe("a\\u001b[31mb\\u009b\\u202ec\td\ne\\u000df");
  });
  it("leaves all other letters alone", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(plain(text)).not.toMatch(OBEYED);
        if (!OBEYED.test(text)) expect(plain(text)).toBe(text);
      }),
      { seed: 12 },
    );
  });
  it("means the same in JSON", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string({ unit: "binary" }), (value, text) => {
        const document = JSON.stringify({ value, text, hostile: HOSTILE });
        expect(JSON.parse(plain(document))).toEqual(JSON.parse(document));
      }),
      { seed: 12 },
    );
  });
  it("is one line where it must be", () => {
    expect(plainLine("it failed\n\n12:00:00  promoted: all steps passed\r\n")).toBe(
      "it failed 12:00:00  promoted: all steps passed",
    );
    expect(plainLines({ a: ["x\ny"], n: 1, none: undefined, no: null })).toEqual({
      a: ["x y"],
      n: 1,
      no: null,
    });
    expect(plainTexts({ "k\u0007": "x\ny\u0007" })).toEqual({ "k\\u0007": "x\ny\\u0007" });
  });
});

describe("no place obeys it", () => {
  afterEach(() => vi.restoreAllMocks());

  function shown(work: () => void): string {
    const said: string[] = [];
    const keep = (text: unknown) => said.push(String(text)) > 0;
    vi.spyOn(process.stdout, "write").mockImplementation(keep);
    vi.spyOn(process.stderr, "write").mockImplementation(keep);
    work();
    vi.restoreAllMocks();
    return said.join("");
  }

  it.each<[string, () => void]>([
    ["a result", () => out(HOSTILE)],
    ["a line for people", () => tell(HOSTILE)],
    ["another program's words", () => passOn(HOSTILE)],
    [
      "an error with the end of a log",
      () => tell(textOf(new RehearsalError(`app ended. Its log ends with:\n${HOSTILE}`))),
    ],
    ["a bug's stack", () => tell(textOf(new Error(HOSTILE)))],
  ])("%s", (_, work) => {
    const text = shown(work);
    expect(text).toContain("owned");
    expect(text.replaceAll("\n", "")).not.toMatch(OBEYED);
  });

  it.each(FORMATS)("a preview as %s", (format) => {
    const text = shown(() => out(render(hostilePreview(), format)));
    expect(text).toContain("owned");
    expect(text).not.toMatch(OBEYED);
  });

  it("a preview in colour has no codes but its own", () => {
    const text = render(hostilePreview(), "terminal", true);
    expect(text).toMatch(OWN_COLOURS);
    expect(text.replaceAll(OWN_COLOURS, "")).not.toMatch(OBEYED);
  });

  it("a rollout's status has no codes but its own, and no lines but its own", () => {
    const state = replay(baking)!;
    const seen = { stack: "beta", state, asked: { blue: 75, green: 25 }, real: { blue: 75, green: 25 } };
    const usual = statusView({ ...seen, seconds: [], through: BEGUN, evidence: [], now: BEGUN + 147_000 });
    const view = {
      ...usual,
      doing: `${usual.doing}\n${HOSTILE}`,
      attention: HOSTILE,
      candidate: usual.candidate,
    };
    const lines = statusLines(view, { color: true, width: 100 });
    expect(lines.length).toBe(statusLines({ ...usual, attention: "x" }, { color: true, width: 100 }).length);
    for (const line of lines) expect(line.replaceAll(OWN_COLOURS, "")).not.toMatch(/\n|\p{Cc}/u);
    expect(statusLine(view)).not.toMatch(/\p{Cc}/u);
  });

  it("a page", () => {
    const page = htmlPage({ title: HOSTILE, style: "", body: `<p>${HOSTILE}</p>` });
    expect(page).not.toMatch(OBEYED);
    const record = {
      ...{ version: 1, id: "fail-x-20261121T000000Z", drill: "fail-x", stack: "beta", on: "rehearsal" },
      ...{ startedAt: 0, endedAt: 1, by: HOSTILE, outcome: "failed", figures: {}, facts: { fails: HOSTILE } },
      checks: [{ name: HOSTILE, verdict: "fail", details: HOSTILE }],
    } as Parameters<typeof drillPage>[0];
    expect(drillPage(record)).not.toMatch(OBEYED);
  });

  it("a notice's title, which is a line in a chat and a subject of a mail", () => {
    const entry: JournalEntry = { kind: "stopped", reason: `no\n${HOSTILE}`, at: 0, by: HOSTILE };
    expect(noticeOf(entry, { stack: "beta", stable: "blue", candidate: "green" }).title).not.toMatch(
      /\p{Cc}/u,
    );
  });
});

it("the command has one way to the terminal: cli/out.ts", () => {
  const files = [...importsIn(ROOT, ["rollout/cli", "rollout/tour"]).keys()];
  const others = files.filter((file) =>
    /process\.std(out|err)\.write|console\.\w+\(/.test(readFileSync(join(ROOT, file), "utf8")),
  );
  expect(others).toEqual(["rollout/cli/out.ts"]);
});

/** A change whose every text comes from somebody hostile: names, values, messages. */
function hostilePreview(): Preview {
  const type = "aws:ec2/instance:Instance";
  const resource = (tags: string) => ({
    ...{ urn: `urn:pulumi:beta::rollout::${type}::x${HOSTILE}`, type, name: `x${HOSTILE}`, custom: true },
    ...{ inputs: { userData: tags, [`k${HOSTILE}`]: tags }, dependencies: [], options: {} },
  });
  const graph = (tags: string): Graph => ({
    ...{ version: 1, project: "rollout", stack: "beta", outputs: {} },
    resources: [resource(tags)],
  });
  const stack = compare({ before: graph(`a${HOSTILE}`), after: graph(`b\n${HOSTILE}`), today: "2026-11-21" });
  const problems = [{ stack: "prod", message: `at main: ${HOSTILE}` }];
  return {
    version: 1,
    base: `main${HOSTILE}`,
    verdicts: "graph",
    stacks: [stack],
    problems,
    notes: [HOSTILE],
  };
}
