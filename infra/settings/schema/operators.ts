import { isIPv4, isIPv6 } from "node:net";
import { z } from "zod";
import { text } from "./fields.ts";

const sshSource = z.string("must be an address range such as 203.0.113.7/32").superRefine((value, issue) => {
  const [address = "", bits = ""] = value.split("/");
  const width = isIPv4(address) ? 32 : isIPv6(address) ? 128 : 0;
  if (!width || !/^\d+$/.test(bits) || Number(bits) > width) {
    issue.addIssue({ code: "custom", message: "must be an address range such as 203.0.113.7/32" });
  } else if (width === 128 && isMapped(address)) {
    issue.addIssue({ code: "custom", message: `must be written as the IPv4 range that it is, not ${value}` });
  } else if (Number(bits) < (width === 32 ? 24 : 64)) {
    const rule = `ssh is open to named addresses only: at least /${width === 32 ? 24 : 64}, not ${value}`;
    issue.addIssue({ code: "custom", message: rule });
  }
});

/** IPv4 in IPv6's clothes: `::ffff:203.0.113.7` or the old `::203.0.113.7`, whose bits count otherwise. */
function isMapped(address: string): boolean {
  const normal = URL.parse(`http://[${address}]/`)?.hostname ?? "";
  return /^\[::(ffff:)?[0-9a-f]{1,4}:[0-9a-f]{1,4}\]$/.test(normal);
}

/** An account, everybody or a service isn't somebody on call. */
const principal = text(
  "must be the ARN of an IAM role or user, such as arn:aws:iam::123456789012:role/on-call",
  /^arn:aws:iam::\d{12}:(role|user)\/[\w+=,.@/-]{1,512}$/,
);

export const operators = z.strictObject({
  sshFrom: z
    .array(sshSource, "must be a list of address ranges")
    .default([])
    .describe("address ranges that may use ssh; with none, the session manager only"),
  email: z
    .array(z.email("must be an e-mail address"), "must be a list of e-mail addresses")
    .default([])
    .describe("who is told of alarms by e-mail"),
  sms: z
    .array(text("must be a phone number in E.164 form, such as +34600000000", /^\+[1-9]\d{6,14}$/))
    .default([])
    .describe("who is told of P1 alarms by SMS"),
  principals: z
    .array(principal, "must be a list of ARNs")
    .default([])
    .describe(
      "ARNs of the IAM roles and users of those on call: they may take the stack's role for operators; with none there is no such role",
    ),
});
