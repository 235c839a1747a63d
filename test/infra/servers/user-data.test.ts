import { expect, it } from "vitest";
import { GivenSecrets } from "../../../infra/data/given-secrets.ts";
import { AppSecrets } from "../../../infra/data/secrets.ts";
import { Tracks, type TracksArgs } from "../../../infra/servers/tracks.ts";
import { parseSettings } from "../../../infra/settings/parse.ts";
import { tierOf } from "../../../infra/settings/tier.ts";
import { Logs } from "../../../infra/watch/logs.ts";
import { record } from "../../support/mocks.ts";

const PINNED = `registry.example.com/app@sha256:${"0123456789ab".padEnd(64, "0")}`;

/** The tracks of a stack with real secrets and logs; the rest stands in by what the tracks read of it. */
async function filesOf(tracks: Record<string, unknown>): Promise<Record<string, string>> {
  const settings = parseSettings("beta", "us-east-1", {
    domain: "beta.example.com",
    stable: "blue",
    tier: "beta",
    tracks,
  });
  const recording = await record(() => {
    new Tracks("beta", {
      settings,
      tier: tierOf(settings),
      network: { vpcId: "vpc-1", privateSubnetIds: ["subnet-a"] },
      firewall: { serversGroupId: "sg-servers" },
      database: { address: "database.internal", port: 5432, login: { name: "app_beta", user: "app_beta" } },
      cache: { endpoint: "cache.internal", port: 6379 },
      logs: new Logs("beta", { retentionDays: 30 }),
      secrets: new AppSecrets("beta", { database: true, cache: true }),
      given: new GivenSecrets("beta", settings.app.secrets),
      buckets: { byName: {} },
      flags: { application: "rollout-beta", environment: "beta", profile: "flags" },
    } as unknown as TracksArgs);
  });
  const objects = recording.of("aws:s3/bucketObjectv2:BucketObjectv2");
  return Object.fromEntries(objects.map(({ name, inputs }) => [name, inputs.content]));
}

it("names the secrets and holds none", async () => {
  const { "beta-blue": text } = await filesOf({ blue: { weight: 100, image: PINNED } });
  for (const name of ["secret-key", "database-password", "cache-password"]) {
    expect(text).toContain(`${name} \${beta-${name}.arn}`);
  }
  // On mocks a password is the text `${beta-secret-key.result}`: where that stood, the real one would.
  expect(text).not.toContain(".result}");
  expect(text).not.toContain("operator-token");
});

it("is each track's own, and knows nothing of weights", async () => {
  const at = (blue: number) =>
    filesOf({ blue: { weight: blue, image: PINNED }, green: { weight: 100 - blue, image: PINNED } });
  const before = await at(90);
  expect(before["beta-blue"]).toContain("TRACK=blue");
  expect(before["beta-green"]).toContain("TRACK=green");
  expect(await at(25)).toEqual(before);
});
