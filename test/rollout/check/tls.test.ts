import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer, type Server, type TlsOptions } from "node:tls";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { judgeCertificate } from "../../../rollout/check/checks/entrance/certificate.ts";
import { judgeTls } from "../../../rollout/check/checks/entrance/tls.ts";
import { gradeOf, type TlsFacts } from "../../../rollout/check/grade.ts";
import { readCertificate } from "../../../rollout/check/probe/certificate.ts";
import type { Endpoint } from "../../../rollout/check/probe/handshake.ts";
import { scanTls } from "../../../rollout/check/probe/tls.ts";
import { freePort } from "../../../rollout/platforms/rehearsal/machine/ports.ts";
import { selfSigned } from "./certificates.ts";

const NAME = "beta.example.com";
let server: Server | undefined;
let pair: Awaited<ReturnType<typeof selfSigned>>;
beforeAll(async () => {
  pair = await selfSigned([NAME]);
});
afterEach(() => {
  server?.close();
});

async function listening(options: TlsOptions, name = NAME): Promise<Endpoint> {
  server = createServer({ ...pair, ...options }, (socket) => socket.on("error", () => {}));
  server.on("tlsClientError", () => {});
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { host: "127.0.0.1", port, name, ca: options.cert ? String(options.cert) : pair.cert };
}

const HEADERS = {
  "strict-transport-security": "max-age=63072000",
  "content-security-policy": "default-src 'self'",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
};

describe("the scan", () => {
  test("finds old protocols and every suite of theirs", async () => {
    const facts = await scanTls(
      await listening({
        minVersion: "TLSv1",
        maxVersion: "TLSv1.2",
        ciphers: "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-SHA:AES128-SHA:@SECLEVEL=0",
      }),
    );
    expect(facts.protocols).toEqual([
      { name: "TLSv1", accepted: true },
      { name: "TLSv1.1", accepted: true },
      { name: "TLSv1.2", accepted: true },
      { name: "TLSv1.3", accepted: false },
    ]);
    expect([...facts.suites].sort()).toEqual([
      "AES128-SHA",
      "ECDHE-RSA-AES128-GCM-SHA256",
      "ECDHE-RSA-AES128-SHA",
    ]);
    expect(facts.key).toEqual({ kind: "rsa", bits: 2048 });
    const { grade, limits } = gradeOf({ ...facts, headers: HEADERS });
    expect(grade).toBe("B");
    expect(limits.map(({ why }) => why)).toEqual([
      "TLSv1 and TLSv1.1 accepted",
      "TLS 1.3 is refused",
      "no forward secrecy in AES128-SHA",
      "no AEAD in ECDHE-RSA-AES128-SHA, AES128-SHA",
    ]);
  });

  test("gives the best grade to a server of today, unless headers are missing", async () => {
    const own = await selfSigned([NAME], { kind: "ec" });
    const facts = await scanTls(
      await listening({ ...own, minVersion: "TLSv1.2", ciphers: "TLS_AES_128_GCM_SHA256:ECDHE+AESGCM" }),
    );
    expect(facts.key).toEqual({ kind: "ec", bits: 256 });
    expect(gradeOf({ ...facts, headers: HEADERS }).grade).toBe("A+");
    const { "content-security-policy": _, ...without } = HEADERS;
    const finding = judgeTls({ ...facts, headers: without });
    expect(finding).toMatchObject({ status: "fail", whatToDo: expect.stringMatching(/^Add the header/) });
    expect(finding.evidence).toContain("no Content-Security-Policy (at most B)");
  });

  test("nobody there is no grade", async () => {
    const endpoint = { host: "127.0.0.1", port: await freePort(), name: NAME };
    await expect(scanTls(endpoint)).rejects.toThrow(
      /^beta\.example\.com:\d+ can't be reached: connect ECONNREFUSED/,
    );
  });
});

describe("the grade", () => {
  const good: TlsFacts = {
    protocols: [
      { name: "TLSv1.2", accepted: true },
      { name: "TLSv1.3", accepted: true },
    ],
    suites: ["TLS_AES_128_GCM_SHA256", "ECDHE-RSA-AES256-GCM-SHA384"],
    key: { kind: "rsa", bits: 2048 },
    headers: HEADERS,
  };

  test.each<[what: string, change: Partial<TlsFacts>, grade: string]>([
    ["nothing wrong", {}, "A+"],
    ["a short HSTS", { headers: { ...HEADERS, "strict-transport-security": "max-age=3600" } }, "A"],
    ["no TLS 1.3", { protocols: [{ name: "TLSv1.2", accepted: true }] }, "A-"],
    ["TLS 1.0 alone", { protocols: [{ name: "TLSv1", accepted: true }] }, "C"],
    ["3DES", { suites: ["DES-CBC3-SHA"] }, "C"],
    ["anonymous suites", { suites: ["ADH-AES256-SHA256"] }, "F"],
    ["no encryption", { suites: ["NULL-SHA"] }, "F"],
    ["a short key", { key: { kind: "rsa", bits: 1024 } }, "B"],
    ["a key for nothing", { key: { kind: "rsa", bits: 512 } }, "F"],
    ["pages that may be framed", { headers: { ...HEADERS, "x-frame-options": undefined! } }, "B"],
  ])("of %s", (_, change, grade) => {
    expect(gradeOf({ ...good, ...change }).grade).toBe(grade);
  });
});

describe("the certificate", () => {
  const now = Date.now();

  test("is good when its chain and its name are", async () => {
    const finding = judgeCertificate(await readCertificate(await listening({})), now);
    expect(finding).toMatchObject({ status: "pass", evidence: expect.stringMatching(/^(89|90) days left/) });
  });

  test.each<[what: string, days: number, from: number, evidence: RegExp]>([
    ["has ended", -1, -10, /^it ended on \d{4}-\d\d-\d\d$/],
    ["ends soon", 10, -80, /^(9|10) days left \(until .*\), at least 21 are due$/],
    ["hasn't begun", 90, 2, /^it isn't valid yet$/],
  ])("that %s fails", async (_, days, from, evidence) => {
    const own = await selfSigned([NAME], { kind: "ec", days, from });
    const finding = judgeCertificate(await readCertificate(await listening(own)), now);
    expect(finding).toMatchObject({ status: "fail", evidence: expect.stringMatching(evidence) });
  });

  test("of another name, or of nobody that is trusted, fails and says which", async () => {
    const other = await selfSigned(["other.example.com"], { kind: "ec" });
    expect(judgeCertificate(await readCertificate(await listening(other)), now)).toMatchObject({
      status: "fail",
      evidence: expect.stringContaining("beta.example.com. is not in the cert's altnames"),
    });
    server!.close();
    const endpoint = await listening({});
    expect(judgeCertificate(await readCertificate({ ...endpoint, ca: undefined }), now)).toMatchObject({
      status: "fail",
      evidence: "the chain isn't trusted here: DEPTH_ZERO_SELF_SIGNED_CERT",
    });
  });
});
