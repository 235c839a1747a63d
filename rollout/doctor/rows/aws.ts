import { judgeQuotas } from "../../check/checks/quotas.ts";
import { type Finding, fail, pass, unknown } from "../../check/finding.ts";
import { sentenceOf } from "../../failures.ts";
import type { Workplace } from "../machine.ts";
import type { Patient } from "../row.ts";

export const NO_STACK = unknown("no stack was named", "rollout doctor --stack NAME");

export function lookAtRegion({ region, stack }: Patient): Finding {
  if (region !== undefined) return pass(region);
  return stack === undefined
    ? NO_STACK
    : fail("the config has none", `npx pulumi config set -s ${stack} aws:region us-east-1`);
}

/** Whose they are isn't asked, and nothing of them is shown. */
export async function lookAtCredentials(patient: Patient): Promise<Finding> {
  const { machine, region = "us-east-1" } = patient;
  const signIn = machine.env.AWS_PROFILE
    ? `aws sso login --profile ${machine.env.AWS_PROFILE}`
    : "aws configure sso";
  let ends: Date | undefined;
  try {
    ({ ends } = await machine.credentials(region));
  } catch (error) {
    return (error as Error).name === "CredentialsProviderError"
      ? fail("AWS's SDK finds none", signIn)
      : unknown(sentenceOf(error) ?? (error as Error).message, signIn);
  }
  const until = ends ? `, until ${ends.toISOString()}` : "";
  const refused = await patient.quotas().then(
    () => undefined,
    (error) => sentenceOf(error),
  );
  return refused !== undefined && /have ended|doesn't know these/.test(refused)
    ? fail(refused, signIn)
    : pass(`the SDK finds some${until}; see: aws sts get-caller-identity`);
}

/** What the stack needs of the account in its region. */
export async function lookAtQuotas({ stack, settings, quotas, mistakes }: Patient): Promise<Finding> {
  if (stack === undefined) return NO_STACK;
  if (settings === undefined) return unknown(mistakes, "see: config");
  try {
    return judgeQuotas(await quotas());
  } catch (error) {
    const said = sentenceOf(error) ?? (error as Error).message;
    return unknown(said, `rollout doctor --stack ${stack}`);
  }
}

/** The certificate and the addresses are made in Route 53: there the name's zone must be, for everybody. */
export async function lookAtDns({ machine, settings }: Patient): Promise<Finding> {
  if (settings === undefined) return NO_STACK;
  const { zone } = settings;
  const make = `aws route53 create-hosted-zone --name ${zone} --caller-reference "$(date +%s)"`;
  const servers = await nameServers(machine, zone);
  if (servers === undefined)
    return unknown(`this network doesn't tell name servers: ${zone}`, `dig +short NS ${zone}`);
  if (servers.length === 0) return fail(`nobody has the zone ${zone}; its registrar names its servers`, make);
  if (servers.some((name) => /(^|\.)awsdns-\d+\./i.test(name))) return pass(`${zone} is in Route 53`);
  return fail(
    `${zone} is at ${servers.toSorted().join(", ")}, and its registrar doesn't name Route 53's`,
    make,
  );
}

/** Empty: there is no such zone. Undefined: no answer, or one of a network that doesn't know the internet's names. */
async function nameServers(machine: Workplace, zone: string): Promise<string[] | undefined> {
  const top = zone.split(".").at(-1) ?? "";
  try {
    return await machine.nameServers(zone);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ENOTFOUND" && code !== "ENODATA") return undefined;
    return machine.nameServers(top).then(
      () => [],
      () => undefined,
    );
  }
}
