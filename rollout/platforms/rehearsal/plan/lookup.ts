import type { Graph, GraphResource, Value } from "../../../graph/model.ts";
import { referencesIn } from "../../../graph/text.ts";
import { RehearsalError } from "../machine/errors.ts";

/** The type tokens that the rehearsal plays. */
export const TYPES = {
  backupPlan: "aws:backup/plan:Plan",
  autoscalingGroup: "aws:autoscaling/group:Group",
  launchTemplate: "aws:ec2/launchTemplate:LaunchTemplate",
  database: "aws:rds/instance:Instance",
  databaseParameters: "aws:rds/parameterGroup:ParameterGroup",
  cache: "aws:elasticache/replicationGroup:ReplicationGroup",
  cacheParameters: "aws:elasticache/parameterGroup:ParameterGroup",
  secret: "aws:secretsmanager/secret:Secret",
  secretVersion: "aws:secretsmanager/secretVersion:SecretVersion",
  password: "random:index/randomPassword:RandomPassword",
} as const;

export function all(graph: Graph, type: string): GraphResource[] {
  return graph.resources.filter((resource) => resource.type === type);
}

/** @throws {RehearsalError} when there is none or more than one */
export function only(graph: Graph, type: string): GraphResource {
  const [first, second] = all(graph, type);
  if (!first) throw new RehearsalError(`the stack has no ${type}: there is nothing to rehearse it with`);
  if (second) throw new RehearsalError(`the stack has several ${type}; the rehearsal plays one`);
  return first;
}

/** The resource of the given type that a value refers to, if any. */
export function referred(graph: Graph, value: Value | undefined, type: string): GraphResource | undefined {
  const urns = new Set(referencesIn(value).map(({ urn }) => urn));
  return graph.resources.find((resource) => resource.type === type && urns.has(resource.urn));
}

export function referredOrFail(graph: Graph, from: GraphResource, key: string, type: string): GraphResource {
  const found = referred(graph, from.inputs[key], type);
  if (!found) throw new RehearsalError(`${from.name} has no ${type} in its ${key}`);
  return found;
}

export function numberOf(value: Value | undefined): number | undefined {
  return typeof value === "number" ? value : undefined;
}
