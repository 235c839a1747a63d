import { z } from "zod";
import { domainName, flag } from "../fields.ts";

/** Further names of a stack. One certificate is for all of them (ACM, "Quotas": ten names in one). */
export const domains = z
  .array(
    z.strictObject(
      {
        name: domainName.describe("a name besides domain, such as www.example.com"),
        zone: domainName
          .or(z.literal(""))
          .default("")
          .describe("the Route 53 hosted zone of the name; empty: that of domain, or the name's parent"),
        redirect: flag
          .default(false)
          .describe(
            "true: who asks for it is sent to domain, to the same path; false: it is served like domain",
          ),
      },
      "must be a name: { name, zone, redirect }",
    ),
    "must be a list of names",
  )
  .max(9, "must be at most 9: a certificate has ten names")
  .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, "must name each once");
