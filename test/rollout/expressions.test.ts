import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { expressionsIn } from "../support/expressions.ts";
import { importsIn } from "../support/imports.ts";
import { judged } from "../support/recheck.ts";
import { ROOT } from "./docs-pages.ts";

// Logs, answers, journals and other people's config are read with these: none may take longer than the text is long.

const files = [...importsIn(ROOT, ["rollout", "components", "infra", "app"]).keys()];
const { literal, made } = expressionsIn(ROOT, files);

/** What recheck has found to be linear; a drill asks it again (`npx vitest run --project drills expressions`). */
const KNOWN = new Set<string>(
  JSON.parse(readFileSync(join(import.meta.dirname, "../fixtures/linear-expressions.json"), "utf8")),
);

describe("the regular expressions of the product", () => {
  test("are found", () => {
    expect(literal.length).toBeGreaterThan(200);
    expect(literal.map(({ text }) => text)).toContain("/[&<>\"']/g");
  });

  const unknown = literal.filter(({ text }) => !KNOWN.has(text));
  test.for(unknown)("$where: $text is linear", { timeout: 120_000 }, async ({ text }) => {
    expect(await judged(text)).toBe("linear");
  });

  test("are made while it runs only of what is known, or escaped", () => {
    expect(made.map(({ text, where }) => `${where.split(":")[0]}: ${text}`).sort()).toEqual([
      // Those of the balancer's rules, which rules.test.ts holds to be of one form.
      "infra/sessions/rules.ts: each",
      // Numbers of a range, asked of two digits.
      "infra/settings/cohorts/conditions.ts: `^${asked.value}$`",
      // Of 200 characters at most, in parts that a slash ends.
      "infra/settings/schema/image/assets.ts: `^(?=.{1,200}$)/?${NAME}(?:/${NAME})*$`",
      // Tokens of a rule, one after the other (sticky), of which each is in the list.
      "rollout/alarms/expression.ts: TOKEN",
      "rollout/alarms/rule.ts: TOKEN",
      // A pattern of AppConfig's own rules, 256 characters at most: what it does there it does here.
      "rollout/flags/rule/pattern.ts: text",
      // A name, escaped.
      "rollout/platforms/rehearsal/backups/wholeness.ts: `backup: ${escaped}, status: ([^,\\\\n]+)(.*)\\\\n\\\\s*(.*)`",
      // A name of ours, after the one `.*` of a line that our supervisor wrote.
      'rollout/platforms/rehearsal/verbs/status-processes.ts: `^\\\\{"_aws":\\\\{"Timestamp":(\\\\d+),.*"${PROCESS_COUNTS.restarts}":1`',
      'rollout/preview/engine/learned.ts: `(${found.map((each) => literal(each.text)).join("|")})`',
    ]);
  });
});

test("the check itself finds what took seconds", async () => {
  expect(await judged(String.raw`/(^|[\s-])([A-Za-z][\w-]*)(\s*[:=])/gm`)).toMatch(/^2nd degree polynomial/);
}, 120_000);
