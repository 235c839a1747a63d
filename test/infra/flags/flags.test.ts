import { expect, test } from "vitest";
import type { FlagDocument } from "../../../infra/flags/document.ts";
import { Flags, flagNames } from "../../../infra/flags/flags.ts";
import { changed } from "../../support/changed.ts";
import { type Recording, record } from "../../support/mocks.ts";

const APPLICATION = "aws:appconfig/application:Application";
const ENVIRONMENT = "aws:appconfig/environment:Environment";
const PROFILE = "aws:appconfig/configurationProfile:ConfigurationProfile";
const VERSION = "aws:appconfig/hostedConfigurationVersion:HostedConfigurationVersion";
const STRATEGY = "aws:appconfig/deploymentStrategy:DeploymentStrategy";
const DEPLOYMENT = "aws:appconfig/deployment:Deployment";

const document = (enabled: boolean): FlagDocument => ({
  version: "1",
  flags: {},
  values: { charts: { enabled, owner: "product", importance: "normal" } },
});

function flags(enabled = true): Promise<Recording> {
  return record(() => {
    const made = new Flags("beta", {
      ...flagNames("beta"),
      document: document(enabled),
      region: "us-east-1",
      alarmArns: ["arn:blue-state", "arn:green-state"],
      readerRoleName: "servers",
    });
    const { applicationId, applicationArn, environmentId, profileId } = made;
    return { applicationId, applicationArn, environmentId, profileId };
  });
}

const recorded = await flags();

test("servers ask by names that are known before AppConfig makes anything", () => {
  const { application, environment, profile } = flagNames("beta");
  expect(recorded.one(APPLICATION).inputs.name).toBe(application);
  expect(recorded.one(ENVIRONMENT).inputs.name).toBe(environment);
  expect(recorded.one(PROFILE).inputs).toMatchObject({
    name: profile,
    type: "AWS.AppConfig.FeatureFlags",
    locationUri: "hosted",
  });
});

test("a deployment is watched by every track's alarm", () => {
  expect(recorded.one(ENVIRONMENT).inputs.monitors).toEqual(
    ["arn:blue-state", "arn:green-state"].map((alarmArn) => ({
      alarmArn,
      alarmRoleArn: "${beta-flags-watcher.arn}",
    })),
  );
  expect(recorded.one(STRATEGY, "beta-flags").inputs).toMatchObject({
    deploymentDurationInMinutes: 4,
    growthFactor: 25,
    finalBakeTimeInMinutes: 10,
  });
});

test("the emergency switch waits for nothing, and no alarm takes it back", () => {
  expect(recorded.one(STRATEGY, "beta-flags-at-once").inputs).toMatchObject({
    name: "rollout-beta-at-once",
    deploymentDurationInMinutes: 0,
    growthFactor: 100,
    finalBakeTimeInMinutes: 0,
  });
});

test("a changed flag is a new version and its deployment, nothing else; old versions stay", async () => {
  expect(changed(recorded, await flags(false))).toEqual([`${VERSION} beta-flags`]);
  expect(recorded.one(VERSION).options.retainOnDelete).toBe(true);
  expect(JSON.parse(recorded.one(VERSION).inputs.content.secret)).toEqual(document(true));
  expect(recorded.one(DEPLOYMENT).inputs.configurationVersion).toBe("${beta-flags.versionNumber}");
});

test("servers may read these flags and no others", () => {
  const policy = recorded.one("aws:iam/rolePolicy:RolePolicy", "beta-flags-reader").inputs;
  expect(policy.role).toBe("servers");
  expect(JSON.parse(policy.policy).Statement).toEqual([
    {
      Effect: "Allow",
      Action: ["appconfig:GetLatestConfiguration", "appconfig:StartConfigurationSession"],
      Resource: "${beta-flags.arn}/configuration/${beta-flags.configurationProfileId}",
    },
  ]);
});
