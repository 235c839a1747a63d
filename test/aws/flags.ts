import {
  AppConfigClient,
  CreateApplicationCommand,
  CreateConfigurationProfileCommand,
  CreateHostedConfigurationVersionCommand,
} from "@aws-sdk/client-appconfig";
import { atOnceName, flagNames } from "../../infra/flags/names.ts";
import type { Graph } from "../../rollout/graph/model.ts";
import { type Answering, json, unlessRefused } from "./front.ts";
import { holdToOneDeployment } from "./rules/flags.ts";

/** As the stack's output `flags` has them. */
export type FlagIds = Record<"application" | "environment" | "profile", string>;

interface Deployment {
  DeploymentNumber: number;
  ConfigurationName: string;
  ConfigurationVersion: string;
  DeploymentStrategyId: string;
  State: "DEPLOYING" | "COMPLETE";
}

const ENVIRONMENT = "servers";
const AT_ONCE = "atonce1";

/**
 * The stack's flags in AppConfig, their first version deployed. moto has the application, the profile and the versions; what
 * it lacks is answered here (API Reference of AppConfig): lists, and deployments, of which one is seen to be under way before
 * it is complete.
 */
export async function makeFlags({ stack, outputs }: Graph): Promise<{ answering: Answering; ids: FlagIds }> {
  const { application, environment, profile } = flagNames(stack);
  const client = new AppConfigClient({});
  const { Id } = await client.send(new CreateApplicationCommand({ Name: application }));
  const made = await client.send(
    new CreateConfigurationProfileCommand({ ApplicationId: Id, Name: profile, LocationUri: "hosted" }),
  );
  const { document } = outputs.flags as { document: string };
  await client.send(
    new CreateHostedConfigurationVersionCommand({
      ApplicationId: Id,
      ConfigurationProfileId: made.Id,
      Content: Buffer.from(document),
      ContentType: "application/json",
    }),
  );
  const deployments = new Deployments(profile);
  deployments.start({ ConfigurationVersion: "1", DeploymentStrategyId: AT_ONCE });
  const lists: Record<string, object[]> = {
    "GET /applications": [{ Id, Name: application }],
    [`GET /applications/${Id}/environments`]: [{ Id: ENVIRONMENT, Name: environment }],
    "GET /deploymentstrategies": [{ Id: AT_ONCE, Name: atOnceName(application) }],
  };
  const place = `/applications/${Id}/environments/${ENVIRONMENT}/deployments`;
  const versions: { VersionNumber: number; Description?: string }[] = [{ VersionNumber: 1 }];
  const stored = `/applications/${Id}/configurationprofiles/${made.Id}/hostedconfigurationversions`;
  const ids = { application: Id!, environment: ENVIRONMENT, profile: made.Id! };
  const answering: Answering = (call) => {
    const { name, body, headers } = call;
    if (name === `POST ${stored}`)
      versions.unshift({ VersionNumber: versions.length + 1, Description: headers.description ?? "" });
    if (name === `GET ${stored}`) return json({ Items: versions });
    if (name in lists) return json({ Items: lists[name] });
    if (name === `GET ${place}`) return json({ Items: deployments.all });
    if (name === `POST ${place}`) return unlessRefused(call, () => json(deployments.start(JSON.parse(body))));
    if (name.startsWith(`GET ${place}/`)) return json(deployments.look(Number(name.split("/").at(-1))));
    return undefined;
  };
  return { answering, ids };
}

class Deployments {
  /** The latest first. */
  readonly all: Deployment[] = [];
  readonly #profile: string;

  constructor(profile: string) {
    this.#profile = profile;
  }

  /** @throws {Refused} while one is under way */
  start(asked: Pick<Deployment, "ConfigurationVersion" | "DeploymentStrategyId">): Deployment {
    holdToOneDeployment(this.all.map(({ State }) => ({ state: State })));
    const DeploymentNumber = this.all.length + 1;
    const State = DeploymentNumber === 1 ? "COMPLETE" : "DEPLOYING";
    const begun = { ...asked, DeploymentNumber, ConfigurationName: this.#profile, State } as const;
    this.all.unshift(begun);
    return begun;
  }

  /** It is done when it is looked at once more. */
  look(number: number): Deployment {
    const found = this.all.find(({ DeploymentNumber }) => DeploymentNumber === number)!;
    const seen = { ...found };
    found.State = "COMPLETE";
    return seen;
  }
}
