import type { Topology } from "../model.ts";
import { KINDS } from "./words.ts";

/** The topology as a mermaid flow chart, which GitHub draws. */
export function mermaid({ nodes, edges }: Topology): string {
  const components = [...Map.groupBy(nodes, ({ component }) => component)];
  return [
    "flowchart LR",
    ...components.flatMap(([component, members], index) => [
      `  subgraph c${index}["${escaped(component)}"]`,
      // In words: a label that begins with `-` or `+` is a list to some versions of mermaid, which refuse to draw it.
      ...members.map(({ id, label, kind }) => `    ${id}["${KINDS[kind]}: ${escaped(label)}"]:::${kind}`),
      "  end",
    ]),
    ...edges.map(({ from, to }) => `  ${from} --> ${to}`),
    "  classDef create stroke:#2da44e,stroke-width:2px",
    "  classDef update stroke:#bf8700,stroke-width:2px",
    "  classDef replace stroke:#cf222e,stroke-width:3px",
    "  classDef delete stroke:#cf222e,stroke-width:3px,stroke-dasharray:4",
  ].join("\n");
}

/**
 * Whatever mermaid, its Markdown, its directives or HTML could read in a label, as mermaid's own escape: `#34;` is the
 * character 34. Letters of every language stay, and the few signs that names are made of.
 */
function escaped(text: string): string {
  return text
    .replaceAll(/\s+/g, " ")
    .replaceAll(/[^\p{L}\p{N} .,:()-]/gu, (character) => `#${character.codePointAt(0)};`);
}
