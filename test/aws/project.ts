import { cpSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { ROOT, SAMPLE } from "../support/sample.ts";

/**
 * The project in a folder of its own, in which commands may be typed and config be written.
 *
 * @param config the stack's keys without `rollout:`, in place of the sample's
 */
export function layOut(stack: string, config: Record<string, unknown>): string {
  const folder = mkdtempSync(join(tmpdir(), "aws-run-"));
  for (const each of ["node_modules", "infra", "app", "bin", "package.json"]) {
    symlinkSync(join(ROOT, each), join(folder, each));
  }
  for (const each of ["Pulumi.yaml", `flags.${stack}.yaml`]) cpSync(join(SAMPLE, each), join(folder, each));
  const file = `Pulumi.${stack}.yaml`;
  const shipped = parse(readFileSync(join(SAMPLE, file), "utf8")).config;
  const own = Object.fromEntries(Object.entries(config).map(([key, value]) => [`rollout:${key}`, value]));
  writeFileSync(join(folder, file), stringify({ config: { ...shipped, ...own } }));
  mkdirSync(join(folder, "home"));
  return folder;
}
