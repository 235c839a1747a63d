import { entry } from "../../../infra/sure.ts";
import { escaped } from "../../view/escaped.ts";
import { htmlPage } from "../../view/html-page.ts";
import type { Change, Danger, Preview, PropertyChange, StackPreview, Topology } from "../model.ts";
import { trafficChanges } from "../traffic.ts";
import { STYLE } from "./style.ts";
import {
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

/** The preview as one HTML page: no script, nothing from elsewhere, light and dark, from phone width up. */
export function html(preview: Preview): string {
  const body = [
    "<main>",
    ...preview.problems.map(
      ({ stack, message }) =>
        `<section><h2>${escaped(stack)}: can’t be compared</h2><pre>${escaped(message)}</pre></section>`,
    ),
    ...preview.stacks.map(section),
    ...preview.notes.map((note) => `<p class="doubt"><strong>Note:</strong> ${rich(note)}</p>`),
    ...(preview.stacks.every(isEmpty) ? [] : [`<footer>${escaped(origin(preview))}</footer>`]),
    "</main>",
  ].join("\n");
  return htmlPage({ title: preview.stacks.map(headline).join(" · ") || "Preview", style: STYLE, body });
}

function section(stack: StackPreview): string {
  if (isEmpty(stack)) return `<section><p>${escaped(headline(stack))}</p></section>`;
  return [
    `<section>\n<h2>${escaped(headline(stack))}</h2>`,
    ...stack.dangers.map(dangerBox),
    listed("Rules broken", "rule", stack.policies),
    listed("Not certain", "doubt", stack.doubts.map(doubtText)),
    ...(trafficChanges(stack.traffic) ? [trafficBars(stack)] : []),
    ...(stack.flags.length > 0
      ? [
          `<h3>Flags</h3><ul>${stack.flags.map((each) => `<li>${escaped(flagText(each))}</li>`).join("")}</ul>`,
        ]
      : []),
    ...byComponent(stack.changes).map(([component, changes]) => componentBox(component, changes)),
    touched(stack.topology),
    costTable(stack),
    "</section>",
  ].join("\n");
}

function listed(title: string, kind: string, sentences: string[]): string {
  if (sentences.length === 0) return "";
  const lines = sentences.map((each) => {
    const [what = "", advice] = each.split(" To do: ");
    return `<p class="${kind}">${rich(what)}${advice ? ` <strong>To do:</strong> ${rich(advice)}` : ""}</p>`;
  });
  return `<h3>${title}</h3>\n${lines.join("\n")}`;
}

function dangerBox(danger: Danger): string {
  const word = danger.severity === "critical" ? "Danger" : "Warning";
  return [
    `<article class="danger ${danger.severity}">`,
    `<h3><span class="word">${word}</span> ${escaped(danger.title)}</h3>`,
    danger.property
      ? `<p>${escaped(danger.resources.join(", "))}: <code>${escaped(danger.property)}</code></p>`
      : "",
    danger.before || danger.after
      ? `<p><code>${escaped(danger.before || "none")}</code> → <code>${escaped(danger.after || "none")}</code></p>`
      : "",
    `<p>${rich(danger.why)}</p><p><strong>To do:</strong> ${rich(danger.advice)}</p></article>`,
  ].join("\n");
}

/** A share with less has no room for its words on a phone; below the bars they stand once more. */
const ROOM = 25;

function trafficBars({ traffic }: StackPreview): string {
  const row = (key: "before" | "after") => {
    const parts = traffic.tracks
      .map((track, index) => ({ ...track, index }))
      .filter((track) => track[key] > 0)
      .map(
        (track) =>
          `<span class="t${track.index % 5}" style="width:${track[key]}%">${track[key] < ROOM ? "" : `${escaped(track.name)} ${track[key]} %`}</span>`,
      );
    return `<div class="label">${key}</div><div class="bar">${parts.join("")}</div>`;
  };
  const legend = traffic.tracks
    .map(({ name, before, after }) => `${name} ${before} % → ${after} %`)
    .join(" · ");
  const notices = trafficNotices(traffic).map((notice) => `<p>${escaped(notice)}</p>`);
  return `<h3>Traffic</h3>\n${row("before")}\n${row("after")}<p>${escaped(legend)}</p>${notices.join("")}`;
}

function componentBox(component: string, changes: Change[]): string {
  const items = changes.map((change) => {
    const properties = change.properties.map((property) => {
      const note = consequence(property);
      return `<li><code>${escaped(property.path)}</code>${note ? ` <em>${escaped(note)}</em>` : ""}${sidesOf(property)}</li>`;
    });
    return `<li class="${change.kind}"><b>${SIGNS[change.kind]} ${escaped(change.name)}</b> ${KINDS[change.kind]} <small>${escaped(change.type)}</small>${properties.length > 0 ? `<ul>${properties.join("")}</ul>` : ""}</li>`;
  });
  return `<details><summary>${escaped(component)} <small>${escaped(told(changes))}</small></summary>\n<ul>${items.join("\n")}</ul></details>`;
}

/** What a folded component holds: `2 updated`. */
function told(changes: Change[]): string {
  return [...Map.groupBy(changes, ({ kind }) => kind)]
    .map(([kind, all]) => `${all.length} ${KINDS[kind]}`)
    .join(", ");
}

/** What fits in a line, in a line. */
const SHORT = 48;

function sidesOf(property: PropertyChange): string {
  const { whole } = property;
  const folded = whole ? `<details><summary>the whole text</summary><p>${escaped(whole)}</p></details>` : "";
  return differing(property) + folded;
}

function differing({ before, after }: PropertyChange): string {
  const both = `${before ?? "none"}${after ?? "none"}`;
  if (before === undefined && after === undefined) return "";
  if (both.length <= SHORT && !both.includes("\n"))
    return ` <code>${escaped(before ?? "none")}</code> → <code>${escaped(after ?? "none")}</code>`;
  return side("before", before) + side("after", after);
}

function side(kind: string, text: string | undefined): string {
  return text === undefined ? "" : `<pre class="${kind}">${escaped(text)}</pre>`;
}

/** The topology as boxes in boxes; the arrows as a list, which reads on a phone as well. */
function touched({ nodes, edges }: Topology): string {
  if (nodes.length === 0) return "";
  const names = new Map(nodes.map(({ id, label }) => [id, label]));
  const boxes = [...Map.groupBy(nodes, ({ component }) => component)].map(
    ([component, members]) =>
      `<div class="box"><b>${escaped(component)}</b>${members.map(({ label, kind }) => `<span class="${kind}">${SIGNS[kind]} ${escaped(label)}</span>`).join("")}</div>`,
  );
  const arrows = edges.map(
    ({ from, to }) => `<li>${escaped(entry(names, from))} needs ${escaped(entry(names, to))}</li>`,
  );
  const needs = arrows.length > 0 ? `<ul>${arrows.join("")}</ul>` : "";
  return `<details><summary>What is touched</summary><div class="boxes">${boxes.join("")}</div>${needs}</details>`;
}

function costTable({ cost }: StackPreview): string {
  const rows = cost.lines.map(
    (line) =>
      `<tr><td>${escaped(line.resource)}, ${escaped(line.what)}</td><td>${usd(line.beforeUsd)}</td><td>${usd(line.afterUsd)}</td></tr>`,
  );
  return [
    `<h3>Cost</h3><p>${escaped(costText(cost))}</p>\n<details><summary>How it is counted</summary>`,
    rows.length > 0
      ? `<div class="scroll"><table><tr><th>a month</th><th>before</th><th>after</th></tr>${rows.join("")}</table></div>`
      : "",
    cost.unknown.length > 0 ? `<p>Price unknown: ${escaped(cost.unknown.join(", "))}</p>` : "",
    `<p><small>${escaped(cost.source)}</small></p></details>`,
    ...labelled("<p>A rollout costs: ", rolloutText(cost), "</p>"),
  ].join("\n");
}

/** A sentence of ours: code stands between backticks. */
function rich(sentence: string): string {
  return escaped(sentence).replaceAll(/`([^`]+)`/g, "<code>$1</code>");
}
