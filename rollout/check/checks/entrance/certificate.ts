import { DAY_MS } from "../../about.ts";
import { type Finding, fail, pass } from "../../finding.ts";

export interface CertificateFacts {
  name: string;
  /** Empty: the chain leads to what this machine trusts, and the name is in it. Else why not. */
  distrust: string;
  /** Names of the subjects, the server's own first. */
  chain: readonly string[];
  /** Milliseconds since the epoch. */
  validFrom: number;
  validTo: number;
}

/** As the alarm on the certificate: ACM renews 60 days before the end, so at 21 it has failed for weeks. */
const MIN_LEFT_DAYS = 21;

export function judgeCertificate(facts: CertificateFacts, now: number): Finding {
  const { name, distrust, chain, validFrom, validTo } = facts;
  const days = Math.floor((validTo - now) / DAY_MS);
  const end = new Date(validTo).toISOString().slice(0, 10);
  const renew = "See in ACM why it isn't renewed: its validation record must be in the hosted zone.";
  if (validTo <= now) return fail(`it ended on ${end}`, renew);
  if (validFrom > now)
    return fail("it isn't valid yet", "Set this machine's clock, or wait until the certificate begins.");
  if (distrust !== "")
    return fail(
      distrust,
      `Give the HTTPS listener a certificate for ${name} with its whole chain, then run \`pulumi up\`.`,
    );
  if (days < MIN_LEFT_DAYS)
    return fail(`${days} days left (until ${end}), at least ${MIN_LEFT_DAYS} are due`, renew);
  return pass(`${days} days left (until ${end}); chain: ${chain.join(" < ")}`);
}
