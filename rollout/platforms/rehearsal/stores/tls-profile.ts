/** What RDS and ElastiCache offer by TLS: a client that would find nothing in common with them finds nothing here. */

/**
 * PostgreSQL's settings where the parameter group has none.
 *
 * Source: RDS User Guide, "Using SSL with a PostgreSQL DB instance": the default cipher suites since version 12, and that
 * TLS 1.3 comes with version 16. The group is PostgreSQL's own default.
 */
export function postgresTls(major: number): Record<string, string> {
  return {
    ssl_min_protocol_version: "TLSv1.2",
    ssl_max_protocol_version: major >= 16 ? "TLSv1.3" : "TLSv1.2",
    ssl_ciphers: "HIGH:!aNULL:!3DES",
    ssl_ecdh_curve: "prime256v1",
  };
}

/**
 * Redis's directives.
 *
 * Source: AWS, "Amazon ElastiCache updates minimum TLS version to 1.2" (May 2024). It lists no cipher suites; "Infrastructure
 * security in Amazon ElastiCache" asks clients for forward secrecy. So here are those that every policy of AWS has.
 */
export const REDIS_TLS: readonly (readonly [string, string])[] = [
  ["tls-protocols", "TLSv1.2 TLSv1.3"],
  [
    "tls-ciphers",
    [
      "ECDHE-ECDSA-AES128-GCM-SHA256",
      "ECDHE-RSA-AES128-GCM-SHA256",
      "ECDHE-ECDSA-AES256-GCM-SHA384",
      "ECDHE-RSA-AES256-GCM-SHA384",
    ].join(":"),
  ],
  ["tls-ciphersuites", "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384"],
];
