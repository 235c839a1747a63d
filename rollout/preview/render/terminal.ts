import { nth } from "../../../infra/sure.ts";
import { plainTexts } from "../../view/plain.ts";
import type { Change, Danger, Preview, StackPreview } from "../model.ts";
import { count } from "../text.ts";
import { trafficChanges } from "../traffic.ts";
import {
  bar,
  byComponent,
  consequence,
  costText,
  doubtText,
  flagText,
  headline,
  isEmpty,
  labelled,
  origin,
  rolloutText,
  SIGNS,
  trafficNotices,
  usd,
} from "./words.ts";

/** The preview for a terminal; plain text unless colour is asked for. */
export function terminal(told: Preview, color = false): string {
  const preview = plainTexts(told);
  const paint: Paint = color ? (code, text) => `\u001b[${code}m${text}\u001b[0m` : (_code, text) => text;
  return [
    ...preview.problems.map(
      ({ stack, message }) => `${paint(31, `${stack}: can't be compared`)}\n${indent(message)}`,
    ),
    ...preview.stacks.map((stack) => stackText(stack, paint)),
    ...preview.notes.map((note) => `Note: ${note}`),
    ...(preview.stacks.every(isEmpty) ? [] : [origin(preview)]),
    "",
  ].join("\n");
}

type Paint = (code: number, text: string) => string;

function stackText(stack: StackPreview, paint: Paint): string {
  if (isEmpty(stack)) return headline(stack);
  return [
    paint(1, headline(stack)),
    "",
    ...stack.dangers.map((danger) => dangerText(danger, paint)),
    ...stack.policies.map((each) => `  ${paint(31, "RULE")} ${each}\n`),
    ...stack.doubts.map((doubt) => `  ? ${doubtText(doubt)}\n`),
    ...(trafficChanges(stack.traffic) ? [trafficText(stack)] : []),
    ...(stack.flags.length > 0 ? ["  Flags", ...stack.flags.map((flag) => `    ${flagText(flag)}`), ""] : []),
    ...byComponent(stack.changes).flatMap(([component, changes]) =>
      stack.isNew
        ? [`  ${component}: ${count(changes.length, "resource")}`]
        : componentLines(component, changes, paint),
    ),
    "",
    `  Cost: ${costText(stack.cost)}`,
    ...stack.cost.lines.map(
      (line) => `    ${line.resource}, ${line.what}: ${usd(line.beforeUsd)} -> ${usd(line.afterUsd)}`,
    ),
    ...(stack.cost.unknown.length > 0 ? [`    price unknown: ${stack.cost.unknown.join(", ")}`] : []),
    `    ${stack.cost.source}`,
    ...labelled("  A rollout costs: ", rolloutText(stack.cost)),
    "",
  ].join("\n");
}

function componentLines(component: string, changes: Change[], paint: Paint): string[] {
  return [
    `  ${paint(1, component)}`,
    ...changes.flatMap((change) => [
      `    ${SIGNS[change.kind]} ${change.name}  ${change.type}`,
      ...change.properties.map((property) => {
        const note = consequence(property);
        return indent(
          `${property.path}: ${sidesText(property.before, property.after)}${note ? `  [${note}]` : ""}`,
          "        ",
        );
      }),
    ]),
  ];
}

function sidesText(before: string | undefined, after: string | undefined): string {
  if (before === undefined && after === undefined) return "a new value";
  if (before?.includes("\n") || after?.includes("\n")) {
    return [...signed("-", before), ...signed("+", after)].map((line) => `\n${line}`).join("");
  }
  return `${before ?? "none"} -> ${after ?? "none"}`;
}

function signed(sign: string, text: string | undefined): string[] {
  return text === undefined ? [] : text.split("\n").map((line) => `  ${sign} ${line}`);
}

function dangerText(danger: Danger, paint: Paint): string {
  const [word, code] = danger.severity === "critical" ? ["DANGER", 31] : ["WARNING", 33];
  return [
    `  ${paint(code as number, `${word}: ${danger.title}`)}`,
    ...(danger.property ? [`    What:  ${danger.resources.join(", ")}: ${danger.property}`] : []),
    ...(danger.before || danger.after
      ? [`    From:  ${danger.before || "none"} -> ${danger.after || "none"}`]
      : []),
    `    Why:   ${danger.why}`,
    `    To do: ${danger.advice}`,
    "",
  ].join("\n");
}

function trafficText({ traffic }: StackPreview): string {
  const letters = traffic.tracks.map((_, index) => nth("█▒░▓▞", index % 5));
  const legend = traffic.tracks.map(
    (track, index) => `${letters[index]} ${track.name} ${track.before} % -> ${track.after} %`,
  );
  const line = (key: "before" | "after") =>
    bar(
      traffic.tracks.map((track) => track[key]),
      50,
      letters,
    );
  return [
    "  Traffic",
    `    before ${line("before")}`,
    `    after  ${line("after")}`,
    `    ${legend.join("   ")}`,
    ...trafficNotices(traffic).map((text) => `    ${text}`),
    "",
  ].join("\n");
}

function indent(text: string, by = "  "): string {
  return text
    .split("\n")
    .map((line) => `${by}${line}`)
    .join("\n");
}
