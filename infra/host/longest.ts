import { createHash } from "node:crypto";
import { Hidden } from "../settings/secrecy/hidden.ts";
import type { Settings, TrackSettings } from "../settings/settings.ts";
import type { SecretPlace } from "./host.ts";

/**
 * What AWS will call a server's surroundings, each as long as it gets, and its random parts as hard to compress: by these the
 * size of the user data is judged before anything is made.
 */
export function longest({ stack, region, app }: Settings, { name, source }: TrackSettings) {
  const arn = (what: string) =>
    `arn:aws:secretsmanager:${region}:${digits(what)}:secret:${stack}-${what}-${letters(what, 7)}-${letters(`${what} `, 6)}`;
  return {
    image:
      "image" in source
        ? source.image
        : `${digits("account")}.dkr.ecr.${region}.amazonaws.com/${stack}-app-${letters("app", 7)}@sha256:${hex(name)}`,
    // RDS User Guide, "Connecting to a DB instance": the name, twelve letters of the account's, the region.
    databaseHost: `${stack}-database.${letters("rds", 12)}.${region}.rds.amazonaws.com`,
    // ElastiCache User Guide, "Finding connection endpoints": the name, up to 40 letters.
    cacheHost: `master.${`${stack}-cache-${letters("cache", 7)}`.slice(0, 40)}.${letters("node", 6)}.${region.slice(0, 4)}.cache.amazonaws.com`,
    secretKey: arn("secret-key"),
    databasePassword: arn("database-password"),
    cachePassword: arn("cache-password"),
    appRole: `arn:aws:iam::${digits("account")}:role/${stack}-app-${letters("role", 7)}`,
    buckets: Object.fromEntries(
      app.buckets.map((bucket) => [bucket, `${stack}-app-${bucket}-${letters(bucket, 7)}`]),
    ),
    appSecrets: Object.fromEntries(
      Object.entries(app.secrets).map(([variable, source]) => [
        variable,
        placeOf(variable, source, arn("app")),
      ]),
    ),
    app: `/rollout/${stack}/app`,
    nginx: `/rollout/${stack}/nginx`,
    system: `/rollout/${stack}/system`,
  };
}

/** A version's id is a UUID. */
function placeOf(variable: string, source: Settings["app"]["secrets"][string], arn: string): SecretPlace {
  if (source instanceof Hidden) return { arn, version: hex("app").slice(0, 36), key: variable };
  return { arn: source.from, version: hex(variable).slice(0, 36), ...(source.key && { key: source.key }) };
}

function hex(seed: string): string {
  return createHash("sha256").update(seed).digest("hex");
}

function letters(seed: string, count: number): string {
  return createHash("sha512")
    .update(seed)
    .digest("base64")
    .replace(/[^A-Za-z0-9]/g, "")
    .slice(0, count);
}

function digits(seed: string): string {
  return BigInt(`0x${hex(seed)}`)
    .toString()
    .slice(0, 12);
}
