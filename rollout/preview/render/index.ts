import type { Preview } from "../model.ts";
import { html } from "./html.ts";
import { markdown } from "./markdown.ts";
import { mermaid } from "./mermaid.ts";
import { terminal } from "./terminal.ts";

export const FORMATS = ["terminal", "markdown", "html", "json"] as const;
export type Format = (typeof FORMATS)[number];

/** The preview as text in a format. */
export function render(preview: Preview, format: Format, color = false): string {
  if (format === "json") return `${JSON.stringify(withDrawings(preview))}\n`;
  if (format === "html") return html(preview);
  return format === "markdown" ? markdown(preview) : terminal(preview, color);
}

function withDrawings(preview: Preview) {
  const stacks = preview.stacks.map((stack) => ({ ...stack, mermaid: mermaid(stack.topology) }));
  return { ...preview, stacks };
}
