import { member } from "../../../infra/sure.ts";
import { UserError } from "../../errors.ts";
import type { Tokens } from "../tokens.ts";
import { revealed, secret, type Wire } from "./wire.ts";

/**
 * What the cloud is asked while the program runs (`aws.route53.getZoneOutput`), and the properties of each answer.
 * Nobody is asked here: each property is a reference to the data source.
 */
const ANSWERS: Record<string, string[]> = {
  "aws:ecr/getAuthorizationToken:getAuthorizationToken": [
    "authorizationToken",
    "expiresAt",
    "id",
    "password",
    "proxyEndpoint",
    "userName",
  ],
  "aws:index/getCallerIdentity:getCallerIdentity": ["accountId", "arn", "id", "userId"],
  "aws:index/getPartition:getPartition": ["dnsSuffix", "id", "partition", "reverseDnsPrefix"],
  "aws:index/getRegion:getRegion": ["description", "endpoint", "id", "name", "region"],
  "aws:rds/getInstance:getInstance": ["address", "dbInstanceArn", "dbSubnetGroup", "id"],
  "aws:secretsmanager/getSecretVersions:getSecretVersions": ["arn", "id", "name", "secretArn", "secretName"],
  "aws:ssm/getParameter:getParameter": ["arn", "id", "insecureValue", "value", "version"],
  "aws:route53/getZone:getZone": ["arn", "id", "name", "nameServers", "primaryNameServer", "zoneId"],
};

/** Answers that are more than texts: what is in them, by the name of each leaf. */
const STRUCTURES: Record<string, Record<string, (leaf: (name: string) => string) => Wire>> = {
  "aws:secretsmanager/getSecretVersions:getSecretVersions": {
    versions: (leaf) => [{ versionId: leaf("versions.0.versionId"), versionStages: ["AWSCURRENT"] }],
  },
};

/** Answers that would let whoever reads them in. */
const SECRETS = new Set(["authorizationToken", "password", "value"]);

/** The answer to a data source; what was asked (`name` of a zone) comes back as it was given. */
export function answerOf(token: string, args: Record<string, Wire>, tokens: Tokens): Record<string, Wire> {
  const properties = ANSWERS[token];
  if (!properties) {
    const known = Object.keys(ANSWERS).join(", ");
    throw new UserError(`the program asks ${token}, which the capture can't answer; it can answer ${known}`);
  }
  const urn = `invoke:${token}(${askedFor(args, tokens)})`;
  const answers = properties.map((property) => {
    const text = tokens.of(urn, property);
    return [property, SECRETS.has(property) ? secret(text) : text] as const;
  });
  const structures = Object.entries(STRUCTURES[token] ?? {}).map(([property, made]) => [
    property,
    made((leaf) => tokens.of(urn, leaf)),
  ]);
  return { ...Object.fromEntries(answers), ...Object.fromEntries(structures), ...args };
}

/** Data sources have no urn; theirs says what was asked, another resource's output by its name. */
function askedFor(args: Record<string, Wire>, tokens: Tokens): string {
  const asked = Object.keys(args)
    .sort()
    .map((key) => `${key}=${plain(member(args, key))}`);
  return tokens
    .split(asked.join(","))
    .map((part) =>
      typeof part === "string" ? part : `${part.$ref.urn.split("::").at(-1)}.${part.$ref.property}`,
    )
    .join("");
}

function plain(value: Wire): string {
  if (revealed(value)) return "secret";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
