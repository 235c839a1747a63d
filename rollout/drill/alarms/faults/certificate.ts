import "reflect-metadata";
import type { webcrypto } from "node:crypto";
import { readFileSync } from "node:fs";
import * as x509 from "@peculiar/x509";
import { layoutOf } from "../../../platforms/rehearsal/balancer/balancing.ts";
import { ask } from "../../../platforms/rehearsal/balancer/socket.ts";
import type { Fault } from "../fault.ts";
import type { AlarmStage } from "../stage.ts";

const EC = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const DAY_MS = 86_400_000;
const LEFT_DAYS = 10;

export const certificateEnds: Fault = {
  name: `the balancer serves a certificate with ${LEFT_DAYS} days left`,
  moves: ["AWS/CertificateManager DaysToExpiry"],
  inject: async (stage) => serve(stage, await shortLived(stage.room.ledger.state.domain)),
  mend: async (stage) => serve(stage, readFileSync(stage.room.certificates.bothFile, "utf8")),
};

/** Exchanges it while HAProxy runs (HAProxy management guide, "set ssl cert"). */
async function serve({ room }: AlarmStage, pem: string): Promise<void> {
  const { socket } = layoutOf(room.ledger);
  const file = (await ask(socket, "show ssl cert")).split("\n").find((line) => line && !line.startsWith("#"));
  const text = pem.replaceAll(/\n+/g, "\n").trim();
  await ask(socket, `set ssl cert ${file} <<\n${text}\n`);
  const answer = await ask(socket, `commit ssl cert ${file}`);
  if (!/Success/.test(answer)) throw new Error(`the balancer didn't take the certificate: ${answer}`);
}

/** Signed by nobody: for as long as it is served, only a client that doesn't ask gets in. */
async function shortLived(domain: string): Promise<string> {
  const keys = (await crypto.subtle.generateKey(EC, true, ["sign", "verify"])) as webcrypto.CryptoKeyPair;
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${domain}`,
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: new Date(Date.now() + (LEFT_DAYS + 0.5) * DAY_MS),
    keys,
    signingAlgorithm: EC,
  });
  const key = x509.PemConverter.encode(
    await crypto.subtle.exportKey("pkcs8", keys.privateKey),
    "PRIVATE KEY",
  );
  return `${certificate.toString("pem")}\n${key}`;
}
