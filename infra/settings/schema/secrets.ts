import { z } from "zod";
import { Hidden } from "../secrecy/hidden.ts";
import { text } from "./fields.ts";
import { variableName } from "./variables.ts";

const SECRET_ARN = /^arn:aws:secretsmanager:[a-z]{2}(-[a-z]+)+-\d:\d{12}:secret:[\w/+=.@-]+$/;

const SECRET = "must be a secret: an encrypted text, or { from, key, kmsKey }";

/**
 * One line: the environment file that the servers hand to the container has no way to write two (Docker CLI reference,
 * `docker run --env-file`).
 */
export const secretText = z
  .string(SECRET)
  .regex(/^[^\r\n\0]+$/, "must be one line of text; a key of several lines goes in base64")
  .transform((secret) => new Hidden(secret));

/** A secret that is kept elsewhere. */
export const elsewhere = z.strictObject(
  {
    from: text("must be the ARN of a secret in AWS Secrets Manager", SECRET_ARN).describe(
      "a secret of AWS Secrets Manager that is kept elsewhere, by its ARN; in another account its policy must let the servers in",
    ),
    key: text("must be a key of the secret's JSON, in one line", /^[^\r\n\0]+$/)
      .optional()
      .describe("which key of it, where it is JSON; by default the whole text"),
    kmsKey: text("must be the ARN of a KMS key", /^arn:aws:kms:[a-z]{2}(-[a-z]+)+-\d:\d{12}:key\/[a-z0-9-]+$/)
      .optional()
      .describe("the ARN of the KMS key that it is encrypted with, where that isn't Secrets Manager's own"),
  },
  SECRET,
);

/** By the variable's name. In config a value is always encrypted: secure.ts sees to that. */
export const secrets = z.record(variableName, z.union([secretText, elsewhere]), "must be a map of secrets");
