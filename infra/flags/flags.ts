import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { onceFlagsAreFree } from "../hooks/flags-free.ts";
import type { FlagDocument } from "./document.ts";
import { atOnceName } from "./names.ts";

export { flagNames } from "./names.ts";

export interface FlagsArgs {
  /** Names of the application, its environment and its profile: see {@link flagNames}. */
  application: string;
  environment: string;
  profile: string;
  region: string;
  document: FlagDocument;
  /** Up to five alarms; a deployment of flags is rolled back when one of them goes off. */
  alarmArns: pulumi.Input<string>[];
  /** The role of the servers, which read the flags. */
  readerRoleName: pulumi.Input<string>;
}

/** Feature flags on AppConfig, spread over some minutes and taken back when a track's alarm goes off. */
export class Flags extends pulumi.ComponentResource {
  readonly applicationId: pulumi.Output<string>;
  readonly applicationArn: pulumi.Output<string>;
  readonly environmentId: pulumi.Output<string>;
  readonly profileId: pulumi.Output<string>;

  constructor(name: string, args: FlagsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rollout:infra:Flags", name, {}, opts);
    const child = { parent: this };

    const application = new aws.appconfig.Application(
      `${name}-flags`,
      { name: args.application, description: `Feature flags of ${name}` },
      child,
    );
    const watcher = alarmReader(name, child);
    const environment = new aws.appconfig.Environment(
      `${name}-flags`,
      {
        applicationId: application.id,
        name: args.environment,
        description: `Servers of ${name}`,
        monitors: args.alarmArns.map((alarmArn) => ({ alarmArn, alarmRoleArn: watcher.arn })),
      },
      child,
    );
    const profile = new aws.appconfig.ConfigurationProfile(
      `${name}-flags`,
      {
        applicationId: application.id,
        name: args.profile,
        locationUri: "hosted",
        type: "AWS.AppConfig.FeatureFlags",
      },
      child,
    );
    atOnce(name, args.application, child);
    deploy(name, { application, environment, profile, document: args.document }, args.region, child);
    letRead(
      name,
      args.readerRoleName,
      pulumi.interpolate`${environment.arn}/configuration/${profile.configurationProfileId}`,
      child,
    );

    this.applicationId = application.id;
    this.applicationArn = application.arn;
    this.environmentId = environment.environmentId;
    this.profileId = profile.configurationProfileId;
    this.registerOutputs({
      applicationId: this.applicationId,
      applicationArn: this.applicationArn,
      environmentId: this.environmentId,
      profileId: this.profileId,
    });
  }
}

/** AppConfig's eyes on the alarms. Of composite alarms CloudWatch grants the state only on all resources. */
function alarmReader(name: string, child: pulumi.CustomResourceOptions): aws.iam.Role {
  const role = new aws.iam.Role(
    `${name}-flags-watcher`,
    {
      description: `AppConfig reads the alarms of ${name} while it deploys flags`,
      assumeRolePolicy: pulumi.jsonStringify({
        Version: "2012-10-17",
        Statement: [
          { Effect: "Allow", Principal: { Service: "appconfig.amazonaws.com" }, Action: "sts:AssumeRole" },
        ],
      }),
    },
    child,
  );
  new aws.iam.RolePolicy(
    `${name}-flags-watcher`,
    {
      role: role.name,
      policy: pulumi.jsonStringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: "cloudwatch:DescribeAlarms", Resource: "*" }],
      }),
    },
    child,
  );
  return role;
}

/**
 * For the emergency switch: no spread and no bake. AppConfig's own AppConfig.AllAtOnce bakes for ten minutes. In that
 * time the alarms that a bad flag has raised would undo its switching off.
 */
function atOnce(name: string, application: string, child: pulumi.CustomResourceOptions) {
  new aws.appconfig.DeploymentStrategy(
    `${name}-flags-at-once`,
    {
      name: atOnceName(application),
      description: "The emergency switch: all servers at once, whatever alarms say",
      deploymentDurationInMinutes: 0,
      growthFactor: 100,
      growthType: "LINEAR",
      finalBakeTimeInMinutes: 0,
      replicateTo: "NONE",
    },
    child,
  );
}

interface Deployed {
  application: aws.appconfig.Application;
  environment: aws.appconfig.Environment;
  profile: aws.appconfig.ConfigurationProfile;
  document: FlagDocument;
}

function deploy(name: string, flags: Deployed, region: string, child: pulumi.CustomResourceOptions) {
  const { application, environment, profile } = flags;
  const version = new aws.appconfig.HostedConfigurationVersion(
    `${name}-flags`,
    {
      applicationId: application.id,
      configurationProfileId: profile.configurationProfileId,
      contentType: "application/json",
      content: JSON.stringify(flags.document),
    },
    // Old versions stay: they are the history of the flags, and what a rollback returns to.
    { ...child, retainOnDelete: true },
  );
  const strategy = new aws.appconfig.DeploymentStrategy(
    `${name}-flags`,
    {
      description: "A quarter of the servers a minute, then ten minutes under the alarms' eyes",
      deploymentDurationInMinutes: 4,
      growthFactor: 25,
      growthType: "LINEAR",
      finalBakeTimeInMinutes: 10,
      replicateTo: "NONE",
    },
    child,
  );
  new aws.appconfig.Deployment(
    `${name}-flags`,
    {
      applicationId: application.id,
      environmentId: environment.environmentId,
      configurationProfileId: profile.configurationProfileId,
      configurationVersion: pulumi.interpolate`${version.versionNumber}`,
      deploymentStrategyId: strategy.id,
    },
    { ...child, hooks: { beforeCreate: [onceFlagsAreFree(region)] } },
  );
}

function letRead(
  name: string,
  role: pulumi.Input<string>,
  configurationArn: pulumi.Input<string>,
  child: pulumi.CustomResourceOptions,
) {
  new aws.iam.RolePolicy(
    `${name}-flags-reader`,
    {
      role,
      policy: pulumi.jsonStringify({
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Action: ["appconfig:GetLatestConfiguration", "appconfig:StartConfigurationSession"],
            Resource: configurationArn,
          },
        ],
      }),
    },
    child,
  );
}
