import type { Inputs } from "./inputs.ts";
import type { TlsModel } from "./model.ts";

const GCM = ["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256"];
const GCM_256 = ["ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384"];
const CBC = ["ECDHE-ECDSA-AES128-SHA256", "ECDHE-RSA-AES128-SHA256"];
const CBC_256 = ["ECDHE-ECDSA-AES256-SHA384", "ECDHE-RSA-AES256-SHA384"];
const FORWARD_SECRET = [...GCM, ...CBC, ...GCM_256, ...CBC_256];

/**
 * What AWS's guide doesn't list: a policy's groups. Those of AWS's own TLS library, s2n, for its policies of load balancers
 * (tls/s2n_security_policies.c) and for TLS 1.3; the guide's post-quantum policies extend the same three.
 */
const NIST = ["P-256", "P-384"];
const TLS13 = {
  maxVersion: "TLSv1.3" as const,
  suites: ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"],
  groups: ["X25519", ...NIST],
} satisfies Partial<TlsModel>;

/** Versions and ciphers of the policies that are worth having (ALB User Guide, "Security policies"). */
const POLICIES: Record<string, TlsModel> = {
  "ELBSecurityPolicy-TLS13-1-3-2021-06": { ...TLS13, minVersion: "TLSv1.3" },
  "ELBSecurityPolicy-TLS13-1-2-Res-2021-06": {
    ...TLS13,
    minVersion: "TLSv1.2",
    ciphers: [...GCM, ...GCM_256],
  },
  "ELBSecurityPolicy-TLS13-1-2-2021-06": {
    ...TLS13,
    minVersion: "TLSv1.2",
    ciphers: FORWARD_SECRET,
  },
  "ELBSecurityPolicy-FS-1-2-Res-2020-10": {
    minVersion: "TLSv1.2",
    maxVersion: "TLSv1.2",
    groups: NIST,
    ciphers: [...GCM, ...GCM_256],
  },
  "ELBSecurityPolicy-FS-1-2-2019-08": {
    minVersion: "TLSv1.2",
    maxVersion: "TLSv1.2",
    groups: NIST,
    ciphers: FORWARD_SECRET,
  },
};

/** What a listener's `sslPolicy` allows. */
export function tlsOf(policy: Inputs): TlsModel {
  return POLICIES[policy.text()] ?? policy.cannotPlay(`plays ${Object.keys(POLICIES).join(", ")}`);
}
