import type { Topology } from "../model.ts";
import { SIGNS } from "./words.ts";

/** The topology as a mermaid flow chart, which GitHub draws. */
export function mermaid({ nodes, edges }: Topology): string {
  const components = [...Map.groupBy(nodes, ({ component }) => component)];
  return [
    "flowchart LR",
    ...components.flatMap(([component, members], index) => [
      `  subgraph c${index}["${escaped(component)}"]`,
      ...members.map(({ id, label, kind }) => `    ${id}["${SIGNS[kind]} ${escaped(label)}"]:::${kind}`),
      "  end",
    ]),
    ...edges.map(({ from, to }) => `  ${from} --> ${to}`),
    "  classDef create stroke:#2da44e,stroke-width:2px",
    "  classDef update stroke:#bf8700,stroke-width:2px",
    "  classDef replace stroke:#cf222e,stroke-width:3px",
    "  classDef delete stroke:#cf222e,stroke-width:3px,stroke-dasharray:4",
  ].join("\n");
}

/** Mermaid reads quotes and brackets of labels; its own escapes are HTML's, with `#`. */
function escaped(text: string): string {
  return text
    .replaceAll("#", "#35;")
    .replaceAll('"', "#quot;")
    .replaceAll("<", "#lt;")
    .replaceAll(">", "#gt;")
    .replaceAll("\n", " ");
}
