import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

const PAGE = join(import.meta.dirname, "../../docs/apps.md");

/** The config of an application as docs/apps.md has it, key by key, without `rollout:`. */
export function recipeOf(title: string): Record<string, unknown> {
  const [, text = ""] = /^```yaml\n([\s\S]*?)^```$/m.exec(sectionOf(title)) ?? [];
  const config = parse(text) as Record<string, unknown> | null;
  if (!config) throw new Error(`docs/apps.md has no recipe of ${title}`);
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key.replace(/^rollout:/, ""), value]),
  );
}

/** What docs/apps.md puts beside an application: the text of each file by its name, which is its first line's. */
export function filesOf(title: string): Record<string, string> {
  const blocks = sectionOf(title).matchAll(/^```python\n(# (\S+\.py)\n[\s\S]*?)^```$/gm);
  return Object.fromEntries([...blocks].map(([, text, name]) => [name, text]));
}

function sectionOf(title: string): string {
  const sections = readFileSync(PAGE, "utf8").split(/^## /m);
  return sections.find((each) => each.startsWith(`${title}\n`)) ?? "";
}
