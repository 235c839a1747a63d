import "reflect-metadata";
import type { webcrypto } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import * as x509 from "@peculiar/x509";
import { type Certificates, certificateFiles } from "./authority-files.ts";

export type { Certificates };

const EC = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const DAY = 86_400_000;
/** Short, because the authority's key lies on a developer's disk. */
const LIFETIME_DAYS = 90;

/**
 * Makes a certificate authority and one server certificate, valid for the stack's names and for this machine.
 * The authority's own key is never written: nothing else can be signed by what a person chose to trust.
 *
 * @param folder made with mode 0700 when it isn't there
 * @param domain the stack's host name
 * @param others further names of the stack
 */
export async function makeCertificates(
  folder: string,
  domain: string,
  others: readonly string[] = [],
): Promise<Certificates> {
  const [caKeys, serverKeys] = await Promise.all([newKeys(), newKeys()]);
  const caName = `CN=rollout rehearsal of ${domain}`;
  const ca = await x509.X509CertificateGenerator.create({
    serialNumber: serial(),
    subject: caName,
    issuer: caName,
    ...validity(),
    publicKey: caKeys.publicKey,
    signingKey: caKeys.privateKey,
    signingAlgorithm: EC,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(caKeys.publicKey),
    ],
  });
  const server = await x509.X509CertificateGenerator.create({
    serialNumber: serial(),
    subject: `CN=${domain}`,
    issuer: caName,
    ...validity(),
    publicKey: serverKeys.publicKey,
    signingKey: caKeys.privateKey,
    signingAlgorithm: EC,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([
        ...[domain, ...others].map((value) => ({ type: "dns" as const, value })),
        { type: "dns", value: "localhost" },
        { type: "ip", value: "127.0.0.1" },
      ]),
      await x509.AuthorityKeyIdentifierExtension.create(caKeys.publicKey),
      await x509.SubjectKeyIdentifierExtension.create(serverKeys.publicKey),
    ],
  });
  return write(folder, ca.toString("pem"), server.toString("pem"), await privatePem(serverKeys));
}

function write(folder: string, ca: string, server: string, key: string): Certificates {
  const files = certificateFiles(folder);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(files.caFile, `${ca}\n`);
  writeFileSync(files.certFile, `${server}\n`);
  writeFileSync(files.keyFile, key, { mode: 0o600 });
  writeFileSync(files.bothFile, `${server}\n${key}`, { mode: 0o600 });
  return files;
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return crypto.subtle.generateKey(EC, true, ["sign", "verify"]) as Promise<webcrypto.CryptoKeyPair>;
}

/** A clock that runs a little behind must not refuse the certificate: it is valid since yesterday. */
function validity() {
  return { notBefore: new Date(Date.now() - DAY), notAfter: new Date(Date.now() + LIFETIME_DAYS * DAY) };
}

/** RFC 5280: positive and at most 20 octets. */
function serial(): string {
  return `01${Buffer.from(crypto.getRandomValues(new Uint8Array(15))).toString("hex")}`;
}

async function privatePem({ privateKey }: webcrypto.CryptoKeyPair): Promise<string> {
  const der = Buffer.from(await crypto.subtle.exportKey("pkcs8", privateKey)).toString("base64");
  return `-----BEGIN PRIVATE KEY-----\n${der.replaceAll(/.{64}(?=.)/g, "$&\n")}\n-----END PRIVATE KEY-----\n`;
}
