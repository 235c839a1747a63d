import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../settings/settings.ts";
import type { HeldDatabase } from "./database.ts";

/**
 * An RDS instance that is there already: the stack backs it up and watches it, lets its servers in, and changes nothing else of
 * it. Its version, its size, its parameters and its own backups are its owner's.
 */
export function existingDatabase(
  { instance }: NonNullable<Settings["database"]["existing"]>,
  opts: pulumi.InvokeOptions,
): HeldDatabase {
  const found = aws.rds.getInstanceOutput({ dbInstanceIdentifier: instance }, opts);
  return {
    address: found.address,
    port: 5432,
    arn: found.dbInstanceArn,
    identifier: pulumi.output(instance),
    subnetGroupName: found.dbSubnetGroup,
    login: undefined,
  };
}
