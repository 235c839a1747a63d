import { describe, expect, test } from "vitest";
import type { Topology } from "../../../rollout/preview/model.ts";
import { mermaid } from "../../../rollout/preview/render/mermaid.ts";
import { busyPreview } from "./example.ts";

// The part of mermaid's flow charts that we write, and no more. It was laid beside mermaid 11.17 in a browser, which draws
// all that this lets through: 113 packages and a DOM are too much to do so each time.
const LABEL = String.raw`"(?:[\p{L}\p{N} .,:()-]|#\d{2,7};)*"`;
const LINES = [
  /^flowchart LR$/u,
  new RegExp(String.raw`^ {2}subgraph c\d+\[${LABEL}\]$`, "u"),
  new RegExp(
    String.raw`^ {4}n\d+\["(?:created|updated|replaced|deleted): ${LABEL.slice(1)}\]:::(?:create|update|replace|delete)$`,
    "u",
  ),
  /^ {2}end$/,
  /^ {2}n\d+ --> n\d+$/,
  /^ {2}classDef (?:create|update|replace|delete) stroke:#[0-9a-f]{6},stroke-width:\dpx(?:,stroke-dasharray:4)?$/,
];

/** Lines that aren't of the grammar, nodes outside of a group, and arrows from or to nothing. */
function mistakes(drawing: string): string[] {
  const lines = drawing.split("\n");
  const nodes = new Set(lines.flatMap((line) => /^ {4}(n\d+)\[/.exec(line)?.[1] ?? []));
  const loose = lines.flatMap((line) => /^ {2}(n\d+) --> (n\d+)$/.exec(line)?.slice(1) ?? []);
  const depth = (line: string) => (line.startsWith("  subgraph ") ? 1 : line === "  end" ? -1 : 0);
  const open = lines.reduce((sum, line) => sum + depth(line), 0);
  return [
    ...(lines[0] === "flowchart LR" ? [] : ["doesn't say what it is"]),
    ...lines.filter((line) => !LINES.some((each) => each.test(line))),
    ...loose.filter((id) => !nodes.has(id)).map((id) => `${id} isn't there`),
    ...(open === 0 ? [] : ["a group stays open"]),
  ];
}

const HOSTILE = [
  "[a](b)",
  '"quoted"',
  "`code`",
  "**bold** _slanted_",
  "#35;",
  "#quot;",
  "end",
  "1. first",
  "- x",
  "%%{init: {'theme':'dark'}}%%",
  "a;b|c{d}",
  "</script><script>alert(1)</script>",
  "&lt;b&gt;",
  "x --> y",
  "click n0 href",
  "${beta.arn}",
  "two\nlines",
  "é ✓ 漢字",
  "\\",
  "",
];

const kinds = ["create", "update", "replace", "delete"] as const;
const hostile: Topology = {
  nodes: HOSTILE.map((label, index) => ({
    id: `n${index}`,
    label,
    component: HOSTILE[index % 5]!,
    kind: kinds[index % 4]!,
  })),
  edges: [{ from: "n0", to: "n1" }],
};

describe("the drawing is of the grammar", () => {
  test("for a real change", async () => {
    const drawing = mermaid((await busyPreview()).stacks[0]!.topology);
    expect(mistakes(drawing)).toEqual([]);
    expect(drawing).toContain('["replaced: beta-database (rds Instance)"]:::replace');
    expect(drawing).toMatch(/^ {2}n\d+ --> n\d+$/m);
  });

  test("whatever the names say", () => {
    const drawing = mermaid(hostile);
    expect(mistakes(drawing)).toEqual([]);
    expect(drawing).toContain('n1["updated: #34;quoted#34;"]:::update');
    expect(drawing).toContain("é #10003; 漢字");
  });

  test("for nothing", () => {
    expect(mistakes(mermaid({ nodes: [], edges: [] }))).toEqual([]);
  });
});

test.each([
  ['    n0["a"b"]:::create'],
  ['    n0["a#"]:::create'],
  ["    n0[a]:::create"],
  ["  n0 --> n1"],
  ['  subgraph c0["a"]'],
])("a mistake is seen: %s", (line) => {
  expect(mistakes(`flowchart LR\n${line}`)).not.toEqual([]);
});
