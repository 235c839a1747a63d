import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { cloudInit, filesText } from "../../../infra/host/cloud-init.ts";
import type { Host } from "../../../infra/host/host.ts";
import { userData } from "../../../infra/host/user-data.ts";
import { userDataText } from "../../support/user-data.ts";
import { HOST } from "./example.ts";

const LIMIT = 16_384;
/** Names as long as S3 lets them be (S3 User Guide, "Bucket naming rules"; a version's id has at most 1,024 letters). */
const textFor = (host: Host) =>
  cloudInit(host.app, {
    region: host.region,
    bucket: noise(63, "bucket"),
    key: `${host.track}.yaml`,
    version: noise(1024, "version"),
    digest: sha256(filesText(host)),
  });
const bytesOf = (host: Host) => Buffer.from(userData(textFor(host)), "base64");
const sha256 = (data: string | Buffer) => createHash("sha256").update(data).digest("hex");
/** Text of digits that no compressor makes shorter than half. */
const noise = (length: number, seed: string) =>
  Array.from({ length: Math.ceil(length / 64) }, (_, index) => sha256(`${seed} ${index}`))
    .join("")
    .slice(0, length);

describe("user data as EC2 takes it", () => {
  it("is the text, compressed", () => {
    expect(userDataText(userData(textFor(HOST)))).toBe(textFor(HOST));
  });

  it("has half of EC2's 16 KiB free, with all that an app can be given at its longest", () => {
    expect(bytesOf(HOST).length).toBeLessThan(LIMIT / 2);
    expect(bytesOf(LONGEST).length).toBeLessThan(LIMIT / 2);
  });

  it("grows with nothing that an app is given", () => {
    const app = { ...HOST.app, environment: { LONG: noise(4 * LIMIT, "long") } };
    expect(Math.abs(bytesOf({ ...HOST, app }).length - bytesOf(HOST).length)).toBeLessThan(LIMIT / 100);
  });

  it("is refused where it is longer than EC2 takes", () => {
    expect(() => userData(noise(2 * LIMIT + 999, "long"))).toThrow(/EC2 takes 16384$/);
  });

  // Should this fail after an update of a package: with it, the next `pulumi up` replaces every server of every user.
  it("is the same on every machine, byte for byte, whichever Node runs", () => {
    const lines = Array.from({ length: 400 }, (_, line) => `${line} ${noise(line % 50, String(line))}\n`);
    expect(sha256(userData(lines.join("")))).toBe(
      "2db2e37a776f146e9a025995997a391e9448b90dc3a9134fb837b5425219ebbd",
    );
  });

  it("says nothing of when and where it was made", () => {
    const [, , method, flags, ...time] = bytesOf(HOST).subarray(0, 10);
    expect([method, flags]).toEqual([8, 0]);
    expect(time).toEqual([0, 0, 0, 0, 2, 3]);
  });
});

/** Names as long as AWS and the settings' own rules let them be; lists longer than a team has needed. */
const domain = `${noise(60, "a")}.${noise(60, "b")}.${noise(60, "c")}.${noise(50, "d")}.example.com`;
const arn = (name: string) =>
  `arn:aws:secretsmanager:ap-southeast-2:123456789012:secret:${noise(40, "stack")}-${name}-${noise(7, name)}-AbCdEf`;
const LONGEST: Host = {
  ...HOST,
  stack: noise(40, "stack"),
  track: "a".repeat(12),
  region: "ap-southeast-2",
  domain,
  image: `123456789012.dkr.ecr.ap-southeast-2.amazonaws.com/${noise(200, "image")}@sha256:${noise(64, "digest")}`,
  vpcCidr: "255.255.0.0/16",
  requestsPerMinute: 1_000_000,
  bodyMiB: 1024,
  maxUsers: 10_000_000,
  cpus: 63.75,
  memoryMiB: 262_144,
  app: {
    ...HOST.app,
    name: noise(80, "name"),
    sessionExpireHours: 720,
    allowedOrigins: Array.from(
      { length: 5 },
      (_, each) => `https://${noise(30, `origin ${each}`)}.example.com`,
    ),
    migrate: ["python", "-m", "alembic", "--config", "deploy/alembic.ini", "upgrade", "head"],
    dependencies: Object.fromEntries(
      Array.from({ length: 5 }, (_, each) => [
        `supplier-${each}`,
        { url: `https://${noise(30, `supplier ${each}`)}.example.com/v1`, timeout: "10s" as const },
      ]),
    ),
    processes: Array.from({ length: 10 }, (_, each) => ({
      ...{ name: noise(20, `process ${each}`), kind: "worker", count: 20, follows: "traffic" },
      command: Array.from({ length: 10 }, (_, word) => noise(40, `word ${each} ${word}`)),
      ...{ stopSeconds: 3600, memoryMiB: 262_144 },
    })),
    environment: Object.fromEntries(
      Array.from({ length: 20 }, (_, each) => [`FEATURE_NUMBER_${each}`, noise(40, `variable ${each}`)]),
    ),
  },
  database: {
    host: `${noise(63, "database")}.c9akciq32rvd.ap-southeast-2.rds.amazonaws.com`,
    port: 5432,
    name: `app_${noise(40, "stack")}`,
    user: `app_${noise(40, "stack")}`,
  },
  cache: { host: `master.${noise(40, "cache")}.abcdef.apse2.cache.amazonaws.com`, port: 6379 },
  secrets: {
    "secret-key": arn("secret-key"),
    "database-password": arn("database-password"),
    "cache-password": arn("cache-password"),
  },
  appSecrets: Object.fromEntries(
    Array.from({ length: 15 }, (_, each) => [
      `SERVICE_NUMBER_${each}_KEY`,
      each < 10
        ? { arn: arn("app"), version: noise(36, "version"), key: `SERVICE_NUMBER_${each}_KEY` }
        : { arn: arn(`team-${each}`), version: noise(36, `version ${each}`), key: "password" },
    ]),
  ),
  access: {
    roleArn: `arn:aws:iam::123456789012:role/${noise(40, "stack")}-app-${noise(7, "role")}`,
    buckets: Object.fromEntries(
      Array.from({ length: 3 }, (_, each) => [`uploads-${each}`, noise(63, `bucket ${each}`)]),
    ),
  },
  logGroups: {
    app: `/rollout/${noise(40, "stack")}/app`,
    nginx: `/rollout/${noise(40, "stack")}/nginx`,
    system: `/rollout/${noise(40, "stack")}/system`,
    seconds: `/rollout/${noise(40, "stack")}/seconds`,
  },
  flags: {
    application: `rollout-${noise(40, "stack")}`,
    environment: noise(40, "stack"),
    profile: "flags",
  },
};
