import { nth } from "../../infra/sure.ts";

export type Grade = "A+" | "A" | "A-" | "B" | "C" | "F";

/** What a TLS server accepts and how it answers. */
export interface TlsFacts {
  protocols: readonly { name: ProtocolName; accepted: boolean }[];
  /** All that were seen to be accepted, of every accepted protocol, by OpenSSL's names. */
  suites: readonly string[];
  /** Of the server's key. */
  key: { kind: "rsa" | "ec"; bits: number } | undefined;
  /** Of the page at `/`, by lower-case name. */
  headers: Readonly<Record<string, string>>;
}

export type ProtocolName = "TLSv1" | "TLSv1.1" | "TLSv1.2" | "TLSv1.3";

/** What keeps a server from a better grade. */
export interface Limit {
  cap: Grade;
  why: string;
  whatToDo: string;
}

const WORST_FIRST: readonly Grade[] = ["F", "C", "B", "A-", "A", "A+"];

/** SSL Labs: 180 days at least for A+. */
const LONG_HSTS_SECONDS = 180 * 86_400;

const POLICY = "Set the listener's sslPolicy to ELBSecurityPolicy-TLS13-1-2-Res-2021-06.";
const HEADERS = "Add the header in infra/host/nginx.ts or in the service, then deploy.";

/**
 * The grade: A+ unless one of these holds, each of which is a cap; the lowest counts.
 *
 * | found | at most | source |
 * | --- | --- | --- |
 * | a suite without encryption or without authentication, an RSA key below 1024 bits | F | SSL Labs |
 * | neither TLS 1.2 nor 1.3; RC4, DES or 3DES | C | SSL Labs |
 * | TLS 1.0 or 1.1; a key below RSA 2048 or EC 256; a suite without forward secrecy or without AEAD | B | SSL Labs, Mozilla |
 * | no Content-Security-Policy, no nosniff, framing allowed | B | Mozilla Observatory |
 * | no TLS 1.3; no HSTS | A- | SSL Labs |
 * | HSTS of less than 180 days; no Referrer-Policy | A | SSL Labs, Mozilla Observatory |
 *
 * Sources: Qualys SSL Labs, "SSL Server Rating Guide", whose caps these are after (its scores of key and cipher lengths are
 * left out: what has no cap has all of them); Mozilla, "Server Side TLS", intermediate, which is stricter on suites: none
 * that isn't forward-secret AEAD; Mozilla HTTP Observatory, which looks for the headers.
 */
export function gradeOf(facts: TlsFacts): { grade: Grade; limits: Limit[] } {
  const limits = [
    ...protocolLimits(facts),
    ...suiteLimits(facts),
    ...keyLimits(facts),
    ...headerLimits(facts),
  ];
  const lowest = Math.min(WORST_FIRST.length - 1, ...limits.map(({ cap }) => WORST_FIRST.indexOf(cap)));
  return { grade: nth(WORST_FIRST, lowest), limits };
}

function protocolLimits({ protocols }: TlsFacts): Limit[] {
  const has = (name: ProtocolName) => protocols.some((each) => each.name === name && each.accepted);
  const old = (["TLSv1", "TLSv1.1"] as const).filter(has);
  return [
    ...when(!has("TLSv1.2") && !has("TLSv1.3"), "C", "neither TLS 1.2 nor 1.3 is accepted", POLICY),
    ...when(old.length > 0, "B", `${old.join(" and ")} accepted`, POLICY),
    ...when(!has("TLSv1.3"), "A-", "TLS 1.3 is refused", POLICY),
  ];
}

function suiteLimits({ suites }: TlsFacts): Limit[] {
  const naked = suites.filter((name) => /NULL|^ADH|^AECDH|^EXP/.test(name));
  const broken = suites.filter((name) => /RC4|DES/.test(name));
  const open = suites.filter((name) => !isForwardSecret(name));
  const chained = suites.filter((name) => !isAead(name));
  return [
    ...when(naked.length > 0, "F", `no encryption or no authentication in ${naked.join(", ")}`, POLICY),
    ...when(broken.length > 0, "C", `broken ciphers: ${broken.join(", ")}`, POLICY),
    ...when(open.length > 0, "B", `no forward secrecy in ${some(open)}`, POLICY),
    ...when(chained.length > 0, "B", `no AEAD in ${some(chained)}`, POLICY),
  ];
}

/** Every suite of TLS 1.3 is both. */
function isForwardSecret(name: string): boolean {
  return /^(TLS_|ECDHE-|DHE-)/.test(name);
}

function isAead(name: string): boolean {
  return /^TLS_|GCM|CHACHA20|CCM/.test(name);
}

function keyLimits({ key }: TlsFacts): Limit[] {
  if (!key) return [];
  const { kind, bits } = key;
  const found = `the key is ${kind.toUpperCase()} with ${bits} bits`;
  const whatToDo = "Issue a certificate with an RSA key of 2048 bits or an EC key of 256.";
  return [
    ...when(kind === "rsa" && bits < 1024, "F", found, whatToDo),
    ...when(bits < (kind === "rsa" ? 2048 : 256), "B", found, whatToDo),
  ];
}

function headerLimits({ headers }: TlsFacts): Limit[] {
  const hsts = headers["strict-transport-security"];
  const seconds = Number(/max-age="?(\d+)/i.exec(hsts ?? "")?.[1] ?? 0);
  const policy = headers["content-security-policy"];
  const framed = headers["x-frame-options"] === undefined && !policy?.includes("frame-ancestors");
  return [
    ...when(hsts === undefined, "A-", "no Strict-Transport-Security", HEADERS),
    ...when(hsts !== undefined && seconds < LONG_HSTS_SECONDS, "A", `HSTS for ${seconds} s only`, HEADERS),
    ...when(policy === undefined, "B", "no Content-Security-Policy", HEADERS),
    ...when(
      headers["x-content-type-options"] !== "nosniff",
      "B",
      "no X-Content-Type-Options: nosniff",
      HEADERS,
    ),
    ...when(framed, "B", "no X-Frame-Options and no frame-ancestors", HEADERS),
    ...when(headers["referrer-policy"] === undefined, "A", "no Referrer-Policy", HEADERS),
  ];
}

function when(holds: boolean, cap: Grade, why: string, whatToDo: string): Limit[] {
  return holds ? [{ cap, why, whatToDo }] : [];
}

function some(names: readonly string[]): string {
  return names.length > 2 ? `${names.slice(0, 2).join(", ")} and ${names.length - 2} more` : names.join(", ");
}
