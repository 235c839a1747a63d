import { Refused, type Rule } from "./rule.ts";

export const ONE_DEPLOYMENT: Rule = {
  name: "AppConfig has one deployment of an environment at a time",
  source: "AWS AppConfig API Reference, StartDeployment: ConflictException",
};

export const TAKEN_BACK: Rule = {
  name: "AppConfig takes a deployment back while an alarm that it watches is in ALARM or INSUFFICIENT_DATA",
  source: "AWS AppConfig User Guide, Monitoring deployments for automatic rollback",
};

export const VERSIONS_HOLD_PROFILE: Rule = {
  name: "AppConfig deletes no configuration profile that still has versions",
  source:
    "pulumi/pulumi-aws#5675; AWS AppConfig API Reference, DeleteConfigurationProfile: ConflictException",
};

export const DEPLOYMENT_HOLDS_ENVIRONMENT: Rule = {
  name: "AppConfig deletes no environment with a deployment under way",
  source: "AWS AppConfig API Reference, DeleteEnvironment: ConflictException",
};

const UNDER_WAY = ["BAKING", "VALIDATING", "DEPLOYING", "ROLLING_BACK"];

export function isUnderWay({ state }: { state: string }): boolean {
  return UNDER_WAY.includes(state);
}

/** @throws {Refused} while one is under way */
export function holdToOneDeployment(
  deployments: readonly { state: string }[],
  rule: Rule = ONE_DEPLOYMENT,
): void {
  if (deployments.some(isUnderWay)) throw new Refused(rule, "ConflictException: a deployment is under way");
}

/** @param states of the alarms that the environment watches */
export function isTakenBack(states: readonly string[]): boolean {
  return states.some((state) => state !== "OK");
}

/** @throws {Refused} while there are any */
export function holdToNoVersions(versions: number): void {
  if (versions === 0) return;
  throw new Refused(
    VERSIONS_HOLD_PROFILE,
    `ConflictException: the profile has ${versions} hosted configuration versions`,
  );
}
