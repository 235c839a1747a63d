import { existsSync, readFileSync } from "node:fs";
import { rootCertificates } from "node:tls";
import type { Certificates } from "./authority-files.ts";

/** Where systems keep the authorities that they trust, as one file (Go, crypto/x509, `root_linux.go` and others). */
const SYSTEM = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
  "/etc/ssl/cert.pem",
];

/**
 * What an application here trusts, in PEM: what this machine trusts (its own SSL_CERT_FILE first, else the system's file,
 * else Node's list), and the rehearsal, which signs for the database and the cache.
 */
export function trustedHere({ caFile }: Pick<Certificates, "caFile">): string {
  const own = process.env.SSL_CERT_FILE;
  const file = [...(own ? [own] : []), ...SYSTEM].find((path) => existsSync(path));
  const known = file ? readFileSync(file, "utf8") : rootCertificates.join("\n");
  return `${known.trimEnd()}\n${readFileSync(caFile, "utf8")}`;
}
