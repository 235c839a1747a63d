import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

const PAGE = join(import.meta.dirname, "../../docs/apps.md");

/** The config of an application as docs/apps.md has it, key by key, without `rollout:`. */
export function recipeOf(title: string): Record<string, unknown> {
  const section = readFileSync(PAGE, "utf8")
    .split(/^## /m)
    .find((each) => each.startsWith(`${title}\n`));
  const [, text = ""] = /^```yaml\n([\s\S]*?)^```$/m.exec(section ?? "") ?? [];
  const config = parse(text) as Record<string, unknown> | null;
  if (!config) throw new Error(`docs/apps.md has no recipe of ${title}`);
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key.replace(/^rollout:/, ""), value]),
  );
}
