import type * as pulumi from "@pulumi/pulumi";
import { alarm, type Scope } from "./alarm.ts";

/** ACM renews 60 days before the end: what is left at 21 is a renewal that failed for weeks. */
const MIN_LEFT_IN_DAYS = 21;

export function certificateAlarm(scope: Scope, certificateArn: pulumi.Input<string>) {
  return alarm(scope, "certificate", {
    severity: "P2",
    means: `The certificate ends in less than ${MIN_LEFT_IN_DAYS} days and hasn't renewed itself.`,
    act: "Check that its validation record is still in the hosted zone.",
    watch: {
      namespace: "AWS/CertificateManager",
      name: "DaysToExpiry",
      dimensions: { CertificateArn: certificateArn },
      statistic: "Minimum",
    },
    breach: { below: MIN_LEFT_IN_DAYS },
    periodInSeconds: 86_400,
    periods: 1,
    // The figure comes twice a day. It comes late at first, and no more once the certificate has ended. So without
    // data the last state must stay.
    missing: {
      as: "ignore",
      because: "the certificate is a day old, or has ended; the state stays what it was",
    },
  });
}
