import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../support/sample.ts";

const PAGE = "docs/components.md";

/** The program of docs/components.md in a language, as the page has it. */
export function programIn(language: "go" | "python" | "ts"): string {
  const page = readFileSync(join(ROOT, PAGE), "utf8");
  const [, program] = new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(page) ?? [];
  if (!program) throw new Error(`${PAGE} has no program in ${language}`);
  return program;
}
