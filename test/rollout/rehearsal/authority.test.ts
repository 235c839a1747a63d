import { X509Certificate } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { expect, it } from "vitest";
import { makeCertificates } from "../../../rollout/platforms/rehearsal/machine/authority.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

it("makes a certificate for the domain and this machine, signed by an authority whose key is nowhere", async () => {
  const files = await makeCertificates(temporaryFolder("authority-"), "beta.example.com", [
    "www.example.com",
  ]);
  const ca = new X509Certificate(readFileSync(files.caFile));
  const server = new X509Certificate(readFileSync(files.certFile));
  expect(ca.ca).toBe(true);
  expect(server.ca).toBe(false);
  expect(server.verify(ca.publicKey)).toBe(true);
  expect(server.subjectAltName).toBe(
    "DNS:beta.example.com, DNS:www.example.com, DNS:localhost, IP Address:127.0.0.1",
  );
  expect(statSync(files.keyFile).mode & 0o777).toBe(0o600);
});
