import { ACCOUNT, localNames, regionOf } from "../../../rollout/alarms/names.ts";
import type { Graph, Reference, Value } from "../../../rollout/graph/model.ts";
import { isReference, referencesIn, textIn } from "../../../rollout/graph/text.ts";

/** What a provider gets. */
export type Plain = null | boolean | number | string | Plain[] | { [key: string]: Plain };

/** Inputs by which the program itself names a resource (pulumi-terraform-bridge: no autonaming then). */
const NAMES = ["name", "alarmName", "identifier", "bucket", "replicationGroupId"];

/** The name that the program gives a resource; undefined: Pulumi makes one that nothing else has. */
export function nameInputOf(inputs: Record<string, Plain>): string | undefined {
  const key = NAMES.find((each) => typeof inputs[each] === "string");
  return key === undefined ? undefined : String(inputs[key]);
}

/** What comes anew with each change of a resource, by its type. */
const NEW_EACH_TIME: Record<string, string[]> = {
  "aws:ec2/launchTemplate:LaunchTemplate": ["latestVersion"],
  "aws:s3/bucketObjectv2:BucketObjectv2": ["versionId"],
  "docker:index/image:Image": ["repoDigest"],
};

/** The names and numbers by which AWS knows what a program declares. */
export class Physical {
  #resolve: (reference: Reference["$ref"]) => string = ({ urn }) => urn;
  #types = new Map<string, { type: string; name: string }>();
  #region = "";
  /** How often each was replaced and changed. */
  readonly #generations = new Map<string, { generation: number; revision: number }>();

  read(graph: Graph): void {
    this.#resolve = localNames(graph);
    this.#region = regionOf(graph);
    this.#types = new Map(graph.resources.map(({ urn, type, name }) => [urn, { type, name }]));
  }

  made(urn: string, generation: number, revision: number): void {
    this.#generations.set(urn, { generation, revision });
  }

  generation(urn: string): number {
    return this.#generations.get(urn)?.generation ?? 1;
  }

  /** A value of the graph as the provider gets it. */
  plain(value: Value | undefined): Plain {
    if (value === undefined || value === null) return null;
    if (isReference(value)) return this.text(value.$ref);
    const text = textIn(value, {
      reference: (reference) => this.text(reference),
      secret: (references) => `secret of ${references.map(({ $ref }) => this.text($ref)).join(", ")}`,
      asset: ({ sha256 }) => sha256,
    });
    if (typeof value !== "object") return value;
    if (text !== undefined) return text;
    if (Array.isArray(value)) return value.map((each) => this.plain(each));
    return this.fields(value as Record<string, Value>);
  }

  fields(inputs: Record<string, Value>): Record<string, Plain> {
    return Object.fromEntries(Object.entries(inputs).map(([key, value]) => [key, this.plain(value)]));
  }

  /** `urn#generation` of all that a value names. */
  uses(value: Value): string[] {
    return [...new Set(referencesIn(value).map(({ urn }) => `${urn}#${this.generation(urn)}`))];
  }

  text(reference: Reference["$ref"]): string {
    const { urn, property } = reference;
    const known = this.#types.get(urn);
    if (!known) return this.#resolve(reference);
    const { generation, revision } = this.#generations.get(urn) ?? { generation: 1, revision: 1 };
    const mark = generation > 1 ? `-${generation}` : "";
    if (NEW_EACH_TIME[known.type]?.includes(property)) return `${known.name}@${generation}.${revision}`;
    const text = this.#resolve(reference);
    // Where alarms and topics are named the two places must agree: those are never replaced here.
    if (text !== `${known.name}.${property}`) return text;
    return /^(arn|id)$/i.test(property) && known.type.startsWith("aws:")
      ? `${this.#arn(known)}${mark}`
      : `${text}${mark}`;
  }

  #arn({ type, name }: { type: string; name: string }): string {
    const [, service = "", kind = ""] = /^aws:(\w+)\/(\w+):/.exec(type) ?? [];
    return `arn:aws:${service}:${this.#region}:${ACCOUNT}:${kind}/${name}`;
  }
}
