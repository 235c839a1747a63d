import * as pulumi from "@pulumi/pulumi";

export const ISSUER = "token.actions.githubusercontent.com";

/**
 * Who may take a role: jobs of one repository that run in one of the named environments. An environment is where GitHub
 * asks for approval and limits the branches, so a job of another branch or a fork gets nothing.
 *
 * Source: GitHub, "Configuring OpenID Connect in Amazon Web Services".
 */
export function trustOf(
  provider: pulumi.Input<string>,
  repository: string,
  environments: readonly string[],
): pulumi.Output<string> {
  return pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Federated: provider },
        Action: "sts:AssumeRoleWithWebIdentity",
        Condition: {
          StringEquals: {
            [`${ISSUER}:aud`]: "sts.amazonaws.com",
            [`${ISSUER}:sub`]: environments.map((each) => `repo:${repository}:environment:${each}`),
          },
        },
      },
    ],
  });
}
