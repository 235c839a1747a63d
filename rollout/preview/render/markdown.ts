import { nth } from "../../../infra/sure.ts";
import type { Danger, Preview, PropertyChange, StackPreview } from "../model.ts";
import { trafficChanges } from "../traffic.ts";
import { mermaid } from "./mermaid.ts";
import {
  bar,
  byComponent,
  consequence,
  costText,
  doubtText,
  flagText,
  headline,
  isEmpty,
  KINDS,
  labelled,
  origin,
  rolloutText,
  SIGNS,
  trafficNotices,
  usd,
} from "./words.ts";

/** GitHub refuses comments over 65,536 characters; the details go first. */
const LONGEST = 60_000;

/** The preview as GitHub's Markdown, fit for one comment of a pull request. */
export function markdown(preview: Preview): string {
  const whole = text(preview, true);
  if (whole.length <= LONGEST) return whole;
  const short = text(preview, false);
  return short.length <= LONGEST
    ? short
    : `${short.slice(0, LONGEST)}\n\n(cut off here: too long for a comment)\n`;
}

function text(preview: Preview, details: boolean): string {
  return [
    ...preview.problems.map(
      ({ stack, message }) => `**${inline(stack)}: can't be compared**\n\n${fenced(message)}\n`,
    ),
    ...preview.stacks.map((stack) =>
      isEmpty(stack) ? `${inline(headline(stack))}\n` : stackText(stack, details),
    ),
    ...preview.notes.map((note) => `**Note:** ${inline(note)}\n`),
    ...(preview.stacks.every(isEmpty) ? [] : [`<sub>${inline(origin(preview))}</sub>\n`]),
  ].join("\n");
}

function stackText(stack: StackPreview, details: boolean): string {
  return [
    `## ${inline(headline(stack))}\n`,
    ...stack.dangers.map(dangerText),
    ...(stack.policies.length > 0
      ? [`**Rules broken**\n\n${stack.policies.map((each) => `- ${inline(each)}`).join("\n")}\n`]
      : []),
    ...(stack.doubts.length > 0
      ? [`**Not certain**\n\n${stack.doubts.map((each) => `- ${inline(doubtText(each))}`).join("\n")}\n`]
      : []),
    ...(trafficChanges(stack.traffic) ? [trafficText(stack)] : []),
    ...(stack.flags.length > 0
      ? [`**Flags**\n\n${stack.flags.map((each) => `- ${inline(flagText(each))}`).join("\n")}\n`]
      : []),
    ...(details
      ? [
          changesText(stack),
          ...(stack.topology.nodes.length > 0
            ? [
                `<details><summary>What is touched</summary>\n\n\`\`\`mermaid\n${mermaid(stack.topology)}\n\`\`\`\n\n</details>\n`,
              ]
            : []),
        ]
      : ["(The list of changes is too long for a comment.)\n"]),
    costTable(stack),
  ].join("\n");
}

function dangerText(danger: Danger): string {
  const alert = danger.severity === "critical" ? "CAUTION" : "WARNING";
  return [
    `> [!${alert}]`,
    `> **${inline(danger.title)}**`,
    ...(danger.property ? [`> ${inline(danger.resources.join(", "))}: ${code(danger.property)}`] : []),
    ...(danger.before || danger.after
      ? [`> ${code(danger.before || "none")} → ${code(danger.after || "none")}`]
      : []),
    `> ${inline(danger.why)}`,
    `> **To do:** ${inline(danger.advice)}\n`,
  ].join("\n>\n");
}

function trafficText({ traffic }: StackPreview): string {
  const letters = traffic.tracks.map((_, index) => nth("█▒░▓▞", index % 5));
  const line = (key: "before" | "after") =>
    bar(
      traffic.tracks.map((track) => track[key]),
      50,
      letters,
    );
  const legend = traffic.tracks.map(
    ({ name, before, after }, index) => `${letters[index]} ${name} ${before} % -> ${after} %`,
  );
  const notices = trafficNotices(traffic).map((notice) => `\n${inline(notice)}\n`);
  return `**Traffic**\n\n${fenced(`before ${line("before")}\nafter  ${line("after")}\n${legend.join("   ")}`)}\n${notices.join("")}`;
}

function changesText({ changes }: StackPreview): string {
  const groups = byComponent(changes).map(([component, members]) => {
    const lines = members.flatMap((change) => [
      `- ${SIGNS[change.kind]} ${code(change.name)} ${KINDS[change.kind]} (${inline(change.type)})`,
      ...change.properties.map(propertyText),
    ]);
    return `**${inline(component)}**\n\n${lines.join("\n")}\n`;
  });
  return `<details><summary>All changes</summary>\n\n${groups.join("\n")}\n</details>\n`;
}

function propertyText(property: PropertyChange): string {
  const note = consequence(property);
  const suffix = note ? ` (**${inline(note)}**)` : "";
  const { before, after, path } = property;
  if (before?.includes("\n") || after?.includes("\n")) {
    const lines = [...signed("-", before), ...signed("+", after)];
    return `  - ${code(path)}${suffix}\n\n${fenced(lines.join("\n"), "diff").replaceAll(/^/gm, "    ")}\n`;
  }
  if (before === undefined && after === undefined) return `  - ${code(path)}: a new value${suffix}`;
  return `  - ${code(path)}: ${code(before ?? "none")} → ${code(after ?? "none")}${suffix}`;
}

function signed(sign: string, lines: string | undefined): string[] {
  return lines === undefined ? [] : lines.split("\n").map((line) => `${sign} ${line}`);
}

function costTable({ cost }: StackPreview): string {
  const rows = cost.lines.map(
    (line) =>
      `| ${inline(line.resource)}, ${inline(line.what)} | ${usd(line.beforeUsd)} | ${usd(line.afterUsd)} |`,
  );
  return [
    `**Cost:** ${costText(cost)}\n`,
    ...(rows.length > 0
      ? [folded(rows.length, `| | before | after |\n| --- | ---: | ---: |\n${rows.join("\n")}\n`)]
      : []),
    ...(cost.unknown.length > 0 ? [`Price unknown: ${cost.unknown.map(code).join(", ")}\n`] : []),
    `<sub>${inline(cost.source)}</sub>\n`,
    ...labelled("**A rollout costs:** ", rolloutText(cost), "\n"),
  ].join("\n");
}

/** A table that is longer than what is read at a glance. */
function folded(rows: number, table: string): string {
  return rows <= MOST_ROWS ? table : `<details><summary>Line by line</summary>\n\n${table}\n</details>\n`;
}

const MOST_ROWS = 8;

/** Text as it is: what Markdown or HTML would read in it is escaped, and nobody is mentioned by `@`. */
function inline(raw: string): string {
  return raw
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(/([\\`*_[\]|#~])/g, "\\$1")
    .replaceAll("@", "@\u200b")
    .replaceAll("\n", " ");
}

/** Code in line: between more backticks than there are in it. */
function code(raw: string): string {
  const longest = Math.max(0, ...[...raw.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  const pad = longest > 0 ? " " : "";
  return `${fence}${pad}${raw.replaceAll("\n", " ") || " "}${pad}${fence}`;
}

function fenced(raw: string, language = ""): string {
  const longest = Math.max(2, ...[...raw.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${raw}\n${fence}`;
}
