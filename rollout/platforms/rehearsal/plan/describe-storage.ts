import { CREDENTIALS_SCRIPT } from "../../../../infra/host/secrets/credentials.ts";
import type { Graph, GraphResource } from "../../../graph/model.ts";
import { byUrn, ofType, referred } from "../../../graph/resources.ts";
import { TYPES } from "../../../graph/types.ts";
import type { WrittenFile } from "./written-files.ts";

/** What the app is given of AWS. */
export interface StoragePlan {
  buckets: { name: string; versioned: boolean }[];
  /** The servers' script that hands the app its credentials. */
  credentials: string;
}

/**
 * @param files what one of the stack's servers gets
 * @returns undefined when the app is given nothing
 */
export function storagePlan(graph: Graph, files: readonly WrittenFile[]): StoragePlan | undefined {
  const script = files.find(({ path }) => path === CREDENTIALS_SCRIPT);
  if (!script) return undefined;
  const known = byUrn(graph);
  const own = ofType(graph, TYPES.bucket).filter(
    ({ parent }) => parent !== undefined && known.get(parent)?.type === TYPES.buckets,
  );
  return {
    buckets: own.map((bucket) => ({ name: bucket.name, versioned: isVersioned(graph, bucket) })),
    credentials: script.content,
  };
}

function isVersioned(graph: Graph, { urn }: GraphResource): boolean {
  return ofType(graph, "aws:s3/bucketVersioning:BucketVersioning").some(
    ({ inputs }) =>
      referred(graph, inputs.bucket, TYPES.bucket)?.urn === urn &&
      (inputs.versioningConfiguration as { status?: unknown } | undefined)?.status === "Enabled",
  );
}
