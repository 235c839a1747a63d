import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { program } from "../../infra/program.ts";
import { parseSettings } from "../../infra/settings/parse.ts";
import { type Recording, record } from "./mocks.ts";
import { SAMPLE, sampleProject } from "./sample.ts";

type Config = Record<string, unknown>;

/** The keys of `Pulumi.<stack>.yaml` without their namespace, of the sample. */
export function shippedConfig(stack: string): Config {
  const { config } = parse(readFileSync(join(SAMPLE, `Pulumi.${stack}.yaml`), "utf8"));
  return Object.fromEntries(
    Object.entries(config as Config).flatMap(([key, value]) =>
      key.startsWith("rollout:") ? [[key.slice("rollout:".length), value]] : [],
    ),
  );
}

const recorded = new Map<string, Promise<Recording>>();

/**
 * The whole program on strict mocks, with the shipped config of a stack and some keys in it changed. The same change is
 * recorded once in a worker.
 */
export function recordStack(stack: string, change: Config = {}): Promise<Recording> {
  const key = JSON.stringify([stack, change]);
  const known = recorded.get(key) ?? recordAnew(stack, change);
  recorded.set(key, known);
  return known;
}

function recordAnew(stack: string, change: Config): Promise<Recording> {
  const settings = parseSettings(stack, "us-east-1", { ...shippedConfig(stack), ...change });
  return record(() => program(settings), {
    stack,
    projectDir: sampleProject(),
    invokes: {
      "aws:index/getCallerIdentity:getCallerIdentity": () => ({ accountId: "123456789012" }),
      "aws:rds/getInstance:getInstance": ({ dbInstanceIdentifier: id }) => ({
        address: `${id}.rds.example.com`,
        dbInstanceArn: `arn:aws:rds:us-east-1:123456789012:db:${id}`,
        dbSubnetGroup: "shop",
      }),
      "aws:secretsmanager/getSecretVersions:getSecretVersions": () => ({
        versions: [{ versionId: "v1", versionStages: ["AWSCURRENT"] }],
      }),
      "aws:route53/getZone:getZone": ({ name }) => ({ zoneId: `zone of ${name}` }),
      "aws:ecr/getAuthorizationToken:getAuthorizationToken": () => ({ userName: "AWS", password: "token" }),
    },
  });
}
