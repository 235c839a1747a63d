import { mkdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { stringify } from "yaml";

const IMAGE = `registry.example.com/app@sha256:${"0".repeat(64)}`;

/** Writes a Pulumi project around services.ts with a stack for each number of services; returns its folder. */
export function servicesProject(root: string, counts: number[]): string {
  const folder = join(root, ".cache", "bench-services");
  mkdirSync(folder, { recursive: true });
  const main = relative(folder, join(import.meta.dirname, "services.ts"));
  writeFileSync(join(folder, "Pulumi.yaml"), stringify({ name: "rollout", main, runtime: "nodejs" }));
  for (const count of counts) {
    const config = {
      "aws:region": "us-east-1",
      "bench:services": count,
      "rollout:tier": "beta",
      "rollout:domain": "example.com",
      "rollout:tracks": {
        blue: { image: IMAGE, weight: 90, servers: 1 },
        green: { image: IMAGE, weight: 10, servers: 1 },
      },
      "rollout:stable": "blue",
      "rollout:operators": { email: ["ops@example.com"] },
    };
    writeFileSync(join(folder, `Pulumi.${stackOf(count)}.yaml`), stringify({ config }));
  }
  return folder;
}

export function stackOf(count: number): string {
  return `services-${count}`;
}
