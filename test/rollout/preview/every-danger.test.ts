import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "../docs-pages.ts";
import { access } from "./corpus/access.ts";
import { data } from "./corpus/data.ts";
import { processes } from "./corpus/processes.ts";
import { protection } from "./corpus/protection.ts";
import { services } from "./corpus/services.ts";
import { traffic } from "./corpus/traffic.ts";

// A kind of danger is a check that is registered, a case of the corpus that finds it, and words in docs/reviewing.md. That each
// says why it matters and what to do is seen by the corpus' own test. CONTRIBUTING.md lists what a danger takes.

const FOLDER = join(ROOT, "rollout/preview/dangers");
const texts = new Map(
  globSync("**/*.ts", { cwd: FOLDER }).map((file) => [file, readFileSync(join(FOLDER, file), "utf8")]),
);

/** What docs/reviewing.md says of each kind. */
const WORDS: Record<string, string> = {
  "aws-refuses": "what AWS refuses",
  "process-gone": "a worker or a job that goes",
  "job-rescheduled": "a job at other times",
  "cohort-jump": "a jump of weights or of a cohort",
  "cohort-untried": "users led to an untried version",
  "data-outage": "an outage of the database",
  "lock-for-ever": "a lock for ever",
  "memory-shrunk": "less memory for data",
  "name-gone": "a name that leads nowhere",
  "password-rotated": "a password that running servers don't know",
  "alarm-loosened": "alarms that tell nobody",
  "backups-thinner": "thinner backups",
  "firewall-opened": "a port that opens",
  "flag-everybody": "a flag for everybody",
  "iam-widened": "wider permissions",
  "protection-weakened": "weaker encryption",
  "secret-in-clear": "a secret in clear",
  "stateful-deletion": "the replacement or deletion of what holds data",
  "stateful-replacement": "the replacement or deletion of what holds data",
  "track-deletion": "a track with traffic that goes",
  "track-replacement": "a track with traffic that goes",
  "weight-jump": "a jump of weights",
};

/** The kinds that a file's dangers are of: `kind: "a-b"`, or one of two by a condition. */
function kindsIn(text: string): string[] {
  return [...text.matchAll(/\bkind: ([^,\n]*)/g)].flatMap(([, value = ""]) =>
    [...value.matchAll(/"([a-z]+(?:-[a-z]+)+)"/g)].map(([, kind = ""]) => kind),
  );
}
const kinds = [...new Set([...texts.values()].flatMap(kindsIn))].toSorted();

test("every check is asked", () => {
  const checks = [...texts.values()].flatMap((text) =>
    [...text.matchAll(/^export const (\w+): DangerCheck\b/gm)].map(([, name = ""]) => name),
  );
  const [, asked = ""] = /CHECKS: DangerCheck\[\] = \[([^\]]*)\]/.exec(texts.get("index.ts") ?? "") ?? [];
  expect(checks.length).toBeGreaterThan(5);
  expect([...asked.matchAll(/\w+/g)].map(([name]) => name).toSorted()).toEqual(checks.toSorted());
});

test("every kind has a case in the corpus, and every case a kind", () => {
  const cases = [...access, ...data, ...processes, ...protection, ...services, ...traffic].flatMap(
    ({ dangers }) => dangers,
  );
  expect([...new Set(cases.map((danger) => danger.split(":")[0]))].toSorted()).toEqual(kinds);
});

test("every kind is in docs/reviewing.md", () => {
  const page = readFileSync(join(ROOT, "docs/reviewing.md"), "utf8").replaceAll(/\s+/g, " ");
  expect(Object.keys(WORDS).toSorted()).toEqual(kinds);
  expect(Object.values(WORDS).filter((words) => !page.includes(words))).toEqual([]);
});

test("kinds are found in both forms", () => {
  expect(kindsIn('kind: "a-b",\nkind: x === "delete" ? "c-d" : "e-f",\nkind: "range" }')).toEqual([
    "a-b",
    "c-d",
    "e-f",
  ]);
});
