import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseDocument } from "yaml";
import type { BenchPlace } from "../rehearsal.ts";

/** Changes the stack's config; keys without `rollout:`, a path of several words each. */
export function configure({ projectDir, stack }: BenchPlace, changes: readonly [string[], unknown][]): void {
  const file = join(projectDir, `Pulumi.${stack}.yaml`);
  const document = parseDocument(readFileSync(file, "utf8"));
  for (const [[key, ...rest], value] of changes) document.setIn(["config", `rollout:${key}`, ...rest], value);
  writeFileSync(file, document.toString());
}

/** The shop on both tracks: two servers each, all traffic on blue. */
export function shopConfig(
  folders: { blue: string; green: string },
  stickiness: string,
): [string[], unknown][] {
  const server = join(import.meta.dirname, "shop/server.ts");
  return [
    [["tracks"], { blue: { weight: 100, servers: 2 }, green: { weight: 0, servers: 2 } }],
    [["stable"], "blue"],
    [["stickiness"], stickiness],
    [["app"], { drain: "10s", assets: [{ path: "/assets/", folder: "dist/assets" }] }],
    [
      ["rehearsal"],
      {
        command: ["{node}", server],
        tracks: { blue: { folder: folders.blue }, green: { folder: folders.green } },
      },
    ],
  ];
}
