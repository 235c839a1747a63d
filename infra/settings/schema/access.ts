import { z } from "zod";
import { text } from "./fields.ts";

/** What the app is given of AWS: buckets of its own, and leave for further actions. */

export const buckets = z
  .array(
    text("must be a bucket's name: 1 to 20 lower-case letters, digits and dashes", /^[a-z][a-z0-9-]{0,19}$/),
    "must be a list of buckets",
  )
  .refine((names) => new Set(names).size === names.length, "must name each bucket once");

/** Who manages identities or the account can give itself everything else. */
const IDENTITY = /^(iam|sts|organizations|account|sso|sso-admin|identitystore):/i;

const action = text(
  "must be an action of AWS by its full name, such as ses:SendEmail",
  /^[a-z0-9-]+:[A-Za-z][A-Za-z0-9]+$/,
).refine(
  (each) => !IDENTITY.test(each),
  "the app may not manage identities (iam, sts, organizations, account)",
);

/** Of these AWS knows no narrower resource, or none that a team names (Service Authorization Reference). */
const EVERYWHERE =
  /^(ses:Send\w+|sns:Publish|cloudwatch:PutMetricData|xray:Put\w+|polly:\w+|rekognition:Detect\w+|textract:\w+|translate:Translate\w+|comprehend:\w+|transcribe:\w+|geo-\w+:\w+)$/;

const ARN = /^arn:aws:[a-z0-9-]+:[a-z0-9-]*:(\d{12})?:[^\s*][^\s]*$|^arn:aws:s3:::[^\s*][^\s]*$/;

export const permissions = z.array(
  z
    .strictObject(
      {
        actions: z
          .array(action, "must be a list of actions")
          .min(1, "must name an action")
          .describe("what the app may do, each by its full name: ses:SendEmail"),
        resources: z
          .array(
            z.union([z.literal("*"), z.string().regex(ARN)], 'must be an ARN that names something, or "*"'),
            "must be a list of ARNs",
          )
          .min(1, "must name a resource")
          .describe('with what, by ARN; "*" only where AWS knows nothing narrower, such as ses:SendEmail'),
      },
      "must be a permission: { actions, resources }",
    )
    .refine(
      ({ actions, resources }) => !resources.includes("*") || actions.every((each) => EVERYWHERE.test(each)),
      'resources must be ARNs: "*" would let it do so with everything in the account',
    ),
  "must be a list of permissions",
);

/** The variable that has a bucket's name: `BUCKET_UPLOADS`. */
export function bucketVariable(bucket: string): string {
  return `BUCKET_${bucket.toUpperCase().replaceAll("-", "_")}`;
}
