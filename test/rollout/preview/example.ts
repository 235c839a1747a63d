import { compare } from "../../../rollout/preview/compare.ts";
import type { Preview } from "../../../rollout/preview/model.ts";
import { graphOf } from "./corpus/project.ts";

/** A change as people make them in a hurry: several dangers, a cost, something nobody knows, and long values. */
export async function busyPreview(): Promise<Preview> {
  const stack = "beta" as const;
  const rule = '    { from: "servers", to: "database", port: 5432, why: "PostgreSQL over TLS" },\n';
  const [before, after] = await Promise.all([
    graphOf({ stack }),
    graphOf({
      stack,
      config: {
        tracks: {
          blue: { weight: 50, servers: 1 },
          green: { weight: 45, servers: 2 },
          abcdefghijkl: { weight: 5, servers: 1 },
        },
        database: { backupEveryHours: 12 },
        "server.instanceType": "t3.micro",
        "app.environment": { LONG: "word".repeat(60), MARKUP: "</pre><script>document.title='run'</script>" },
      },
      edits: [
        ["infra/data/database.ts", "storageEncrypted: true", "storageEncrypted: false"],
        ["infra/data/cache.ts", 'engine: "redis"', 'engine: "valkey"'],
        [
          "infra/network/firewall.ts",
          rule,
          `${rule}    { from: IPV4, to: "servers", port: 22, why: "ssh" },\n`,
        ],
      ],
    }),
  ]);
  const doubt = { resource: "beta-database", property: "multiAz", because: "the property changes" };
  const busy = compare({ before, after, today: "2026-11-21" });
  return {
    version: 1,
    base: "origin/main",
    verdicts: "graph",
    stacks: [
      { ...busy, doubts: [{ ...doubt, replaces: "maybe" }] },
      compare({ before, after: before, today: "2026-11-21" }),
    ],
    problems: [{ stack: "prod", message: `at origin/main: no stack "prod"\n${"x".repeat(200)}` }],
    notes: [`package-lock.json differs (${"@pulumi/aws 7.47.0 -> 7.48.0, ".repeat(3)})`],
  };
}

/** A change as they come every week: a new image and the plan's next step, a rarer backup, another telephone. */
export async function usualPreview(): Promise<Preview> {
  const image = `registry.example.com/app@sha256:${"ab".repeat(32)}`;
  const [before, after] = await Promise.all([
    graphOf({ stack: "beta" }),
    graphOf({
      stack: "beta",
      config: {
        tracks: { blue: { weight: 75, servers: 1 }, green: { weight: 25, servers: 1, image } },
        "database.backupEveryHours": 12,
        "limits.requestsPerMinute": 200,
        operators: { email: ["ops@example.com", "sre@example.com"] },
      },
    }),
  ]);
  const stacks = [compare({ before, after, today: "2026-11-21" })];
  return { version: 1, base: "origin/main", verdicts: "graph", stacks, problems: [], notes: [] };
}
