import * as pulumi from "@pulumi/pulumi";

/** A policy of IAM of these statements, as JSON. */
export function policyOf(statements: object[]): pulumi.Output<string> {
  return pulumi.jsonStringify({ Version: "2012-10-17", Statement: statements });
}
