import * as pulumi from "@pulumi/pulumi";

export const ISSUER = "token.actions.githubusercontent.com";

/** A repository as GitHub names it, and the numbers by which GitHub knows it whatever it is called. */
export interface TrustedRepository {
  repository: string;
  ids?: { owner: number; repository: number } | undefined;
}

/**
 * Who may take a role: jobs of one repository that run in one of the named environments. An environment is where GitHub
 * asks for approval and limits the branches, so a job of another branch or a fork gets nothing.
 *
 * A repository that was made, renamed or moved since 2026-07-15 names itself with its numbers, an older one without
 * (GitHub, "OpenID Connect reference": immutable subject claims). With numbers both forms are trusted, so that the change
 * from the one to the other locks nobody out.
 *
 * Source: GitHub, "Configuring OpenID Connect in Amazon Web Services".
 */
export function trustOf(
  provider: pulumi.Input<string>,
  from: TrustedRepository,
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
            [`${ISSUER}:sub`]: namesOf(from).flatMap((name) =>
              environments.map((each) => `repo:${name}:environment:${each}`),
            ),
          },
        },
      },
    ],
  });
}

function namesOf({ repository, ids }: TrustedRepository): string[] {
  const [owner, name] = repository.split("/");
  return [repository, ...(ids ? [`${owner}@${ids.owner}/${name}@${ids.repository}`] : [])];
}
