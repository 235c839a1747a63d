import { spawnSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** What the engine prints for the change of `preview.test.ts`; the tests that run without an engine read it. */
export const FIXTURE = join(import.meta.dirname, "../fixtures/engine/preview.json");

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Differs from run to run or machine to machine, and nobody reads it. */
const FLEETING = new Set(["created", "modified", "sourcePosition", "stackTrace"]);
/** Lists whose order is that in which the engine happened to get to it. */
const UNORDERED = /[dD]ependencies$/;
const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/;

/**
 * The steps of `pulumi preview --json` as they were printed, without what is fleeting: times, places in files, the
 * provider's random id. In the order of their names; the engine's own is that of its threads.
 */
export function lasting(output: string): string {
  const { steps } = JSON.parse(output) as { steps: { op: string; urn: string }[] };
  const real = steps.filter(({ op }) => op !== "same").toSorted((a, b) => (a.urn < b.urn ? -1 : 1));
  return JSON.stringify({ steps: without(real as unknown as Json) });
}

function without(value: Json, key = ""): Json {
  if (typeof value === "string") return key === "provider" ? value.replace(UUID, "0") : value;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    const all = value.map((each) => without(each));
    return UNORDERED.test(key) ? all.toSorted() : all;
  }
  const fields = Object.entries(value).filter(([name]) => !FLEETING.has(name));
  return Object.fromEntries(
    // What a property depends on is a list too, one level down.
    fields.map(([name, each]) => [name, without(each, UNORDERED.test(key) ? key : name)]),
  );
}

/** Puts a fresh output in place of the fixture where `WRITE_FIXTURES` is set. @returns the fixture */
export async function fixture(output: string): Promise<string> {
  if (process.env.WRITE_FIXTURES) {
    await writeFile(FIXTURE, lasting(output));
    // Or the linter would refuse it.
    spawnSync(join(import.meta.dirname, "../../node_modules/.bin/biome"), ["format", "--write", FIXTURE]);
  }
  return readFile(FIXTURE, "utf8");
}
