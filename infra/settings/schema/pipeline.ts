import { z } from "zod";
import { text, whole } from "./fields.ts";

/** The workflows' way into the AWS account. Without a repository there is none, and a person runs `pulumi up`. */
export const pipeline = z.strictObject(
  {
    repository: text(
      "must be a repository on GitHub, such as example/shop",
      /^([A-Za-z0-9][A-Za-z0-9-]{0,38}\/[A-Za-z0-9._-]{1,100})?$/,
    )
      .default("")
      .describe("the repository on GitHub whose workflows may deploy the stack; empty: none may"),
    ids: z
      .strictObject(
        {
          owner: whole(1, Number.MAX_SAFE_INTEGER).describe("the owner's number"),
          repository: whole(1, Number.MAX_SAFE_INTEGER).describe("the repository's number"),
        },
        "must be { owner, repository }, two numbers",
      )
      .optional()
      .describe(
        "GitHub's numbers of the two, which a repository made, renamed or moved since 2026-07-15 needs",
      ),
    provider: text(
      "must be the ARN of an IAM OIDC provider for token.actions.githubusercontent.com",
      /^arn:aws[a-z-]*:iam::\d{12}:oidc-provider\/token\.actions\.githubusercontent\.com$/,
    )
      .optional()
      .describe("the account's OIDC provider for GitHub where it has one already: there can be only one"),
    stateBucket: text("must be the name of an S3 bucket", /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/)
      .optional()
      .describe("the bucket of `pulumi login s3://...`; none with Pulumi Cloud"),
    secretsKey: text(
      "must be the ARN of a KMS key",
      /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[A-Za-z0-9-]+$/,
    )
      .optional()
      .describe("the key of `--secrets-provider awskms://...`; none with a passphrase"),
  },
  "must be a map: { repository: owner/name }",
);
