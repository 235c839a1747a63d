import type { Graph, Reference } from "../graph/model.ts";
import { byUrn, ofType } from "../graph/resources.ts";
import { TYPES } from "../graph/types.ts";

/** An account that is nobody's: AWS's own documentation uses no such number. */
export const ACCOUNT = "000000000000";

/** Where the stack's provider says that it is. */
export function regionOf(graph: Graph): string {
  const [provider] = ofType(graph, TYPES.provider);
  return typeof provider?.inputs.region === "string" ? provider.inputs.region : "us-east-1";
}

/**
 * What a reference is called where there is no AWS to name it: what the program names itself has that name, alarms and topics get ARNs that look like AWS's, anything
 * else the resource's name and the property. The same reference always gets the same name, so that alarms and metrics meet.
 */
export function localNames(graph: Graph): (reference: Reference["$ref"]) => string {
  const region = regionOf(graph);
  const all = byUrn(graph);
  return ({ urn, property }) => {
    const given = all.get(urn)?.inputs[property];
    if (typeof given === "string") return given;
    const name = all.get(urn)?.name ?? urn;
    const type = all.get(urn)?.type ?? "";
    if (property === "arn" && /^aws:cloudwatch\/(metric|composite)Alarm:/.test(type))
      return `arn:aws:cloudwatch:${region}:${ACCOUNT}:alarm:${name}`;
    if (property === "arn" && type === TYPES.topic) return topicArn(region, name);
    return `${name}.${property}`;
  };
}

function topicArn(region: string, name: string): string {
  return `arn:aws:sns:${region}:${ACCOUNT}:${name}`;
}
