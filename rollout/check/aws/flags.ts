import { AppConfigClient, GetDeploymentCommand, ListDeploymentsCommand } from "@aws-sdk/client-appconfig";
import { clientSettings } from "../../../infra/aws-client.ts";
import { given } from "../../../infra/sure.ts";
import type { FlagFacts } from "../checks/flags.ts";
import type { StackState } from "./state.ts";

/** AppConfig's last deployment, and what it wrote down about its end (API Reference, GetDeployment: EventLog). */
export async function readFlags(state: StackState, region: string): Promise<FlagFacts> {
  const { application, environment } = state.output("flags") as Record<string, string>;
  const ids = { ApplicationId: application, EnvironmentId: environment };
  const client = new AppConfigClient(clientSettings(region));
  const { Items = [] } = await client.send(new ListDeploymentsCommand({ ...ids, MaxResults: 50 }));
  const [newest] = Items.toSorted((a, b) => (b.DeploymentNumber ?? 0) - (a.DeploymentNumber ?? 0));
  if (!newest) return undefined;
  const DeploymentNumber = given(newest.DeploymentNumber, "number of the deployment");
  const { State = "", EventLog = [] } = await client.send(
    new GetDeploymentCommand({ ...ids, DeploymentNumber }),
  );
  const rolledBack = EventLog.find(({ EventType }) => EventType?.startsWith("ROLLBACK"));
  return {
    number: DeploymentNumber,
    version: newest.ConfigurationVersion ?? "?",
    state: State === "COMPLETE" ? "complete" : /^(ROLL|REVERT)/.test(State) ? "rolled back" : "under way",
    why: rolledBack?.Description ?? "",
  };
}
