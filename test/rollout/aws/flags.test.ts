import {
  AppConfigClient,
  CreateHostedConfigurationVersionCommand,
  GetDeploymentCommand,
  GetHostedConfigurationVersionCommand,
  ListApplicationsCommand,
  ListConfigurationProfilesCommand,
  ListDeploymentStrategiesCommand,
  ListDeploymentsCommand,
  ListEnvironmentsCommand,
  ListHostedConfigurationVersionsCommand,
  StartDeploymentCommand,
  StopDeploymentCommand,
} from "@aws-sdk/client-appconfig";
import { mockClient } from "aws-sdk-client-mock";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { flagNames } from "../../../infra/flags/names.ts";
import { AwsFlags } from "../../../rollout/platforms/aws/flags.ts";
import { fakeClock } from "./example.ts";

const api = mockClient(AppConfigClient);
afterAll(() => api.restore());

const document = (enabled: boolean) => ({
  version: "1",
  flags: { charts: { name: "charts" } },
  values: { charts: { enabled, owner: "product" }, other: { enabled: true } },
});
const content = (value: unknown) => ({ Content: new TextEncoder().encode(JSON.stringify(value)) as never });
const deployment = (
  DeploymentNumber: number,
  State: string,
  ConfigurationVersion: string,
  ConfigurationName = "flags",
) =>
  ({
    DeploymentNumber,
    State,
    ConfigurationVersion,
    ConfigurationName,
    StartedAt: new Date(DeploymentNumber * 1e12),
  }) as never;

beforeEach(() => {
  api.reset();
  api
    .on(ListApplicationsCommand)
    .resolvesOnce({ Items: [{ Id: "other", Name: "rollout-prod" }], NextToken: "more" })
    .resolves({ Items: [{ Id: "app1", Name: "rollout-beta" }] });
  api.on(ListEnvironmentsCommand).resolves({ Items: [{ Id: "env1", Name: "beta" }] });
  api.on(ListConfigurationProfilesCommand).resolves({ Items: [{ Id: "pro1", Name: "flags" }] });
  api.on(ListDeploymentStrategiesCommand).resolves({ Items: [{ Id: "str1", Name: "rollout-beta-at-once" }] });
  api
    .on(ListDeploymentsCommand)
    .resolves({ Items: [deployment(3, "COMPLETE", "7"), deployment(4, "COMPLETE", "1", "text")] });
  api.on(GetHostedConfigurationVersionCommand).resolves(content(document(true)));
  api.on(CreateHostedConfigurationVersionCommand).resolves({ VersionNumber: 9 });
  api.on(StartDeploymentCommand).resolves({ DeploymentNumber: 5 });
  api.on(GetDeploymentCommand).resolvesOnce({ State: "DEPLOYING" }).resolves({ State: "COMPLETE" });
});

const flags = () =>
  new AwsFlags(new AppConfigClient({ region: "us-east-1" }), flagNames("beta"), fakeClock());
const input = (command: Parameters<typeof api.commandCalls>[0], index = 0) =>
  api.commandCalls(command)[index]?.args[0].input;

describe("off", () => {
  test("deploys what is deployed with that flag off, to all servers at once", async () => {
    expect(await flags().off("charts", "ada@host")).toEqual({ version: 9, deployment: 5 });
    expect(input(GetHostedConfigurationVersionCommand)).toMatchObject({
      ConfigurationProfileId: "pro1",
      VersionNumber: 7,
    });
    const stored = input(CreateHostedConfigurationVersionCommand) as {
      Content: Uint8Array;
      Description: string;
    };
    expect(JSON.parse(Buffer.from(stored.Content).toString())).toEqual(document(false));
    expect(stored.Description).toBe("rollout flags off charts, by ada@host");
    expect(input(StartDeploymentCommand)).toMatchObject({
      ApplicationId: "app1",
      EnvironmentId: "env1",
      ConfigurationProfileId: "pro1",
      ConfigurationVersion: "9",
      DeploymentStrategyId: "str1",
    });
    expect(api.commandCalls(StopDeploymentCommand)).toHaveLength(0);
  });

  test("stops a deployment that is under way, and goes by the last that was complete", async () => {
    api
      .on(ListDeploymentsCommand)
      .resolves({ Items: [deployment(2, "COMPLETE", "6"), deployment(3, "BAKING", "7")] });
    api.on(StopDeploymentCommand).resolves({});
    api
      .on(GetDeploymentCommand)
      .resolvesOnce({ State: "ROLLING_BACK" })
      .resolvesOnce({ State: "ROLLED_BACK" })
      .resolves({ State: "COMPLETE" });
    expect(await flags().off("charts", "ada@host")).toEqual({ version: 9, deployment: 5, stopped: 3 });
    expect(input(StopDeploymentCommand)).toMatchObject({ DeploymentNumber: 3 });
    expect(input(GetHostedConfigurationVersionCommand)).toMatchObject({ VersionNumber: 6 });
  });

  test("on a stack without a strategy of its own goes by AppConfig's", async () => {
    api.on(ListDeploymentStrategiesCommand).resolves({ Items: [] });
    await flags().off("charts", "ada@host");
    expect(input(StartDeploymentCommand)).toMatchObject({ DeploymentStrategyId: "AppConfig.AllAtOnce" });
  });

  test("says what is missing, and stores nothing", async () => {
    await expect(flags().off("nothing", "ada@host")).rejects.toThrow(
      "have no nothing; they have charts, other",
    );
    api.on(ListDeploymentsCommand).resolves({ Items: [] });
    await expect(flags().off("charts", "ada@host")).rejects.toThrow("no flags were ever deployed to beta");
    api.on(ListEnvironmentsCommand).resolves({ Items: [] });
    await expect(flags().off("charts", "ada@host")).rejects.toThrow(
      "AppConfig has no environment beta: run `pulumi up`",
    );
    expect(api.commandCalls(CreateHostedConfigurationVersionCommand)).toHaveLength(0);
  });

  test("that AppConfig takes back is no success, nor is one that doesn't end", async () => {
    api.on(GetDeploymentCommand).resolves({ State: "ROLLED_BACK" });
    await expect(flags().off("charts", "ada@host")).rejects.toThrow("AppConfig rolled deployment 5 back");
    api.on(GetDeploymentCommand).resolves({ State: "DEPLOYING" });
    await expect(flags().off("charts", "ada@host")).rejects.toThrow("deployment 5 is still DEPLOYING");
  });
});

test("the history is of the deployments, with what each changed and who by", async () => {
  api
    .on(ListDeploymentsCommand)
    .resolves({ Items: [deployment(1, "ROLLED_BACK", "6"), deployment(2, "COMPLETE", "7")] });
  api.on(GetHostedConfigurationVersionCommand, { VersionNumber: 7 }).resolves(content(document(false)));
  api
    .on(ListHostedConfigurationVersionsCommand)
    .resolves({ Items: [{ VersionNumber: 7, Description: "rollout flags off charts, by ada@host" }] });
  const history = await flags().history();
  expect(history).toMatchObject([
    {
      at: new Date(2e12).toISOString(),
      by: "ada@host",
      what: "version 7, complete: rollout flags off charts, by ada@host",
      flags: [{ key: "charts", kind: "changed", fields: [{ field: "enabled", from: true, to: false }] }],
    },
    { by: null, what: "version 6, rolled back", flags: [{ key: "charts", kind: "added" }, { key: "other" }] },
  ]);
});
