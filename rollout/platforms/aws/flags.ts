import {
  type AppConfigClient,
  CreateHostedConfigurationVersionCommand,
  type DeploymentSummary,
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
import { atOnceName } from "../../../infra/flags/names.ts";
import { given, nth } from "../../../infra/sure.ts";
import type { Clock } from "../../clock.ts";
import { UserError } from "../../errors.ts";
import { differences, type FlagMap } from "../../flags/changes.ts";
import type { HistoryEntry } from "../../flags/git-history.ts";
import { type StoredDocument, withOff } from "../../flags/off.ts";
import { until } from "../../waiting.ts";

/**
 * AppConfig's predefined strategy (User Guide, "Working with deployment strategies"), for a stack that hasn't its own
 * yet: all servers at once, but ten minutes of baking in which an alarm takes it back.
 */
const PREDEFINED = "AppConfig.AllAtOnce";
/** AppConfig is done within seconds, for its own part; servers ask every 15 s. */
const DEPLOYED_WITHIN_MS = 120_000;
const POLL_MS = 1_000;
const UNDER_WAY = ["BAKING", "VALIDATING", "DEPLOYING"];

export interface FlagNames {
  application: string;
  environment: string;
  profile: string;
}

/** By the ids that AppConfig gave. */
interface Ids {
  ApplicationId: string;
  EnvironmentId: string;
  ConfigurationProfileId: string;
}

export interface Deployed {
  version: number;
  deployment: number;
  /** The number of the deployment that was under way and was stopped for this one. */
  stopped?: number;
}

/** A stack's flags in AppConfig. */
export class AwsFlags {
  readonly #client: Pick<AppConfigClient, "send">;
  readonly #names: FlagNames;
  readonly #clock: Clock;

  constructor(client: Pick<AppConfigClient, "send">, names: FlagNames, clock: Clock) {
    this.#client = client;
    this.#names = names;
    this.#clock = clock;
  }

  /**
   * Turns a flag off for everybody at once. What is deployed is what the servers have now, with this one flag off.
   * Edits of the file that nobody has deployed yet stay undeployed, and a deployment that is under way is stopped.
   *
   * @param by who does it, for the version's description: AppConfig doesn't record it
   * @throws {UserError} when nothing was deployed yet, or the flag isn't in it, or AppConfig refuses
   */
  async off(key: string, by: string): Promise<Deployed> {
    const ids = await this.#ids();
    const all = await this.#deployments(ids);
    const stopped = all.find(({ State }) => State && UNDER_WAY.includes(State))?.DeploymentNumber;
    if (stopped !== undefined) await this.#stop(ids, stopped);
    const last = all.find(({ State }) => State === "COMPLETE");
    if (!last)
      throw new UserError(
        `no flags were ever deployed to ${this.#names.environment}: run \`pulumi up\` first`,
      );
    const { document } = await this.#version(ids, Number(last.ConfigurationVersion));
    const version = await this.#store(ids, withOff(document, key), `rollout flags off ${key}, by ${by}`);
    const started = await this.#client.send(
      new StartDeploymentCommand({
        ...ids,
        ConfigurationVersion: String(version),
        DeploymentStrategyId: await this.#strategy(),
        Description: `off: ${key}`,
      }),
    );
    const deployment = given(started.DeploymentNumber, "number of the deployment");
    await this.#until(ids, deployment, ["BAKING", "COMPLETE"]);
    return { version, deployment, ...(stopped !== undefined && { stopped }) };
  }

  /** The deployments of the last versions, the latest first, with what each changed. */
  async history(most = 20): Promise<HistoryEntry[]> {
    const ids = await this.#ids();
    const deployments = (await this.#deployments(ids)).slice(0, most + 1);
    const descriptions = await this.#descriptions(ids);
    const maps = await Promise.all(
      deployments.map(({ ConfigurationVersion }) => this.#version(ids, Number(ConfigurationVersion))),
    );
    return deployments.slice(0, most).map(({ StartedAt, State, ConfigurationVersion }, index) => {
      const description = descriptions.get(Number(ConfigurationVersion));
      const state = (State ?? "UNKNOWN").toLowerCase().replaceAll("_", " ");
      return {
        at: StartedAt?.toISOString() ?? null,
        by: /, by (\S+)$/.exec(description ?? "")?.[1] ?? null,
        what: `version ${ConfigurationVersion}, ${state}${description ? `: ${description}` : ""}`,
        flags: differences(valuesOf(maps[index + 1]?.document), valuesOf(nth(maps, index).document)),
      };
    });
  }

  async #ids(): Promise<Ids> {
    const { application, environment, profile } = this.#names;
    const ApplicationId = await this.#idOf(application, "application", (NextToken) =>
      this.#client.send(new ListApplicationsCommand({ NextToken })),
    );
    const EnvironmentId = await this.#idOf(environment, "environment", (NextToken) =>
      this.#client.send(new ListEnvironmentsCommand({ ApplicationId, NextToken })),
    );
    const ConfigurationProfileId = await this.#idOf(profile, "configuration profile", (NextToken) =>
      this.#client.send(new ListConfigurationProfilesCommand({ ApplicationId, NextToken })),
    );
    return { ApplicationId, EnvironmentId, ConfigurationProfileId };
  }

  async #strategy(): Promise<string> {
    const list = (NextToken?: string) =>
      this.#client.send(new ListDeploymentStrategiesCommand({ NextToken }));
    const name = atOnceName(this.#names.application);
    return this.#idOf(name, "deployment strategy", list).catch((error) => {
      if (error instanceof UserError) return PREDEFINED;
      throw error;
    });
  }

  async #idOf(
    name: string,
    kind: string,
    list: (token?: string) => Promise<{ Items?: { Id?: string; Name?: string }[]; NextToken?: string }>,
  ): Promise<string> {
    let token: string | undefined;
    do {
      const { Items = [], NextToken } = await list(token);
      const found = Items.find(({ Name }) => Name === name);
      if (found?.Id) return found.Id;
      token = NextToken;
    } while (token);
    throw new UserError(`AppConfig has no ${kind} ${name}: run \`pulumi up\` of the stack first`);
  }

  /** Of this profile, the latest first, as AppConfig lists them. */
  async #deployments({ ApplicationId, EnvironmentId }: Ids): Promise<DeploymentSummary[]> {
    const { Items = [] } = await this.#client.send(
      new ListDeploymentsCommand({ ApplicationId, EnvironmentId, MaxResults: 50 }),
    );
    return Items.filter(({ ConfigurationName }) => ConfigurationName === this.#names.profile).sort(
      (a, b) => (b.DeploymentNumber ?? 0) - (a.DeploymentNumber ?? 0),
    );
  }

  async #version(
    { ApplicationId, ConfigurationProfileId }: Ids,
    number: number,
  ): Promise<{ document: StoredDocument }> {
    const { Content } = await this.#client.send(
      new GetHostedConfigurationVersionCommand({
        ApplicationId,
        ConfigurationProfileId,
        VersionNumber: number,
      }),
    );
    return { document: JSON.parse(Buffer.from(Content ?? []).toString("utf8")) as StoredDocument };
  }

  async #descriptions({ ApplicationId, ConfigurationProfileId }: Ids): Promise<Map<number, string>> {
    const { Items = [] } = await this.#client.send(
      new ListHostedConfigurationVersionsCommand({ ApplicationId, ConfigurationProfileId, MaxResults: 50 }),
    );
    return new Map(Items.map(({ VersionNumber, Description }) => [VersionNumber ?? 0, Description ?? ""]));
  }

  async #store(
    { ApplicationId, ConfigurationProfileId }: Ids,
    document: StoredDocument,
    description: string,
  ): Promise<number> {
    const { VersionNumber } = await this.#client.send(
      new CreateHostedConfigurationVersionCommand({
        ApplicationId,
        ConfigurationProfileId,
        Content: Buffer.from(JSON.stringify(document)),
        ContentType: "application/json",
        Description: description,
      }),
    );
    return given(VersionNumber, "number of the version");
  }

  async #stop(ids: Ids, number: number): Promise<void> {
    const { ApplicationId, EnvironmentId } = ids;
    await this.#client.send(
      new StopDeploymentCommand({ ApplicationId, EnvironmentId, DeploymentNumber: number }),
    );
    await this.#until(ids, number, ["ROLLED_BACK", "COMPLETE", "REVERTED"]);
  }

  async #until({ ApplicationId, EnvironmentId }: Ids, number: number, wanted: string[]): Promise<void> {
    let state = "";
    const patience = { clock: this.#clock, everyMs: POLL_MS, withinMs: DEPLOYED_WITHIN_MS };
    const isThere = await until(patience, async () => {
      ({ State: state = "" } = await this.#client.send(
        new GetDeploymentCommand({ ApplicationId, EnvironmentId, DeploymentNumber: number }),
      ));
      if (state.startsWith("ROLL") && !wanted.includes("ROLLED_BACK") && !wanted.includes(state))
        throw new UserError(`AppConfig rolled deployment ${number} back: an alarm of the stack is on`);
      return wanted.includes(state);
    });
    if (!isThere) throw new UserError(`deployment ${number} is still ${state}: look at AppConfig`);
  }
}

function valuesOf(document: StoredDocument | undefined): FlagMap {
  return (document?.values ?? {}) as FlagMap;
}
