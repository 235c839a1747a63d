import type { Graph, GraphResource } from "../../../graph/model.ts";
import { ofType } from "../../../graph/resources.ts";
import { RehearsalError } from "../machine/errors.ts";
import { referredOrFail } from "./lookup.ts";

/** What AppConfig's agent is to serve: under which names, and the feature-flag document as AppConfig stores it. */
export interface FlagsPlan {
  application: string;
  environment: string;
  profile: string;
  /** JSON. */
  document: string;
}

const DEPLOYMENT = "aws:appconfig/deployment:Deployment";

/**
 * Reads the flags off a captured stack: names from the deployment, the document from the output `flags.document`. The
 * provider takes the content of every hosted version for a secret, so the graph doesn't have it there.
 *
 * @returns undefined when the stack deploys no flags
 * @throws {RehearsalError} when it deploys flags whose document isn't in the output
 */
export function flagsPlan(graph: Graph): FlagsPlan | undefined {
  const [deployment] = ofType(graph, DEPLOYMENT);
  if (!deployment) return undefined;
  const { document } = (graph.outputs.flags ?? {}) as { document?: unknown };
  if (typeof document !== "string") {
    throw new RehearsalError("the stack has no output flags.document: the rehearsal can't serve its flags");
  }
  return {
    application: nameOf(graph, deployment, "applicationId", "aws:appconfig/application:Application"),
    environment: nameOf(graph, deployment, "environmentId", "aws:appconfig/environment:Environment"),
    profile: nameOf(
      graph,
      deployment,
      "configurationProfileId",
      "aws:appconfig/configurationProfile:ConfigurationProfile",
    ),
    document,
  };
}

function nameOf(graph: Graph, deployment: GraphResource, key: string, type: string): string {
  return String(referredOrFail(graph, deployment, key, type).inputs.name);
}
