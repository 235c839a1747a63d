import { getCiphers } from "node:tls";
import type { ProtocolName, TlsFacts } from "../grade.ts";
import { type Endpoint, handshake } from "./handshake.ts";

const PROTOCOLS: readonly ProtocolName[] = ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"];
/**
 * Every suite that this OpenSSL has, also those that it would never choose by itself: the question is what the server
 * takes.
 */
const EVERYTHING = "ALL:COMPLEMENTOFALL:@SECLEVEL=0";
const TLS13_SUITES = "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256";

/**
 * What protocols and suites a server accepts: it is offered each protocol alone, and in each all suites but those that it
 * has taken before, until it takes none.
 *
 * Node's OpenSSL no longer has SSL 2 and 3, RC4, DES and export suites: a server that takes nothing else is seen to take nothing.
 */
export async function scanTls(endpoint: Endpoint): Promise<Omit<TlsFacts, "headers">> {
  const protocols: { name: ProtocolName; accepted: boolean }[] = [];
  const suites = new Set<string>();
  let key: TlsFacts["key"];
  for (const name of PROTOCOLS) {
    const taken = name === "TLSv1.3" ? await suitesOf13(endpoint) : await suitesOf(endpoint, name);
    protocols.push({ name, accepted: taken.length > 0 });
    for (const suite of taken) suites.add(suite);
    if (taken.length > 0) key ??= await keyOf(endpoint, name);
  }
  return { protocols, suites: [...suites], key };
}

async function suitesOf(endpoint: Endpoint, protocol: ProtocolName): Promise<string[]> {
  const taken: string[] = [];
  // Each turn takes one away, so there are at most as many as OpenSSL has.
  for (let turn = 0; turn <= getCiphers().length; turn++) {
    const ciphers = [EVERYTHING, ...taken.map((name) => `!${name}`)].join(":");
    const suite = await suiteIn(endpoint, protocol, ciphers);
    if (suite === undefined || taken.includes(suite)) break;
    taken.push(suite);
  }
  return taken;
}

/** There are three in use, all of them good: one handshake tells whether the protocol is spoken. */
async function suitesOf13(endpoint: Endpoint): Promise<string[]> {
  const suite = await suiteIn(endpoint, "TLSv1.3", TLS13_SUITES);
  return suite === undefined ? [] : [suite];
}

function suiteIn(endpoint: Endpoint, protocol: ProtocolName, ciphers: string): Promise<string | undefined> {
  const only = { minVersion: protocol, maxVersion: protocol, ciphers };
  return handshake(endpoint, only, (socket) => socket.getCipher().name);
}

async function keyOf(endpoint: Endpoint, protocol: ProtocolName): Promise<TlsFacts["key"]> {
  const only = { minVersion: protocol, maxVersion: protocol, ciphers: `${EVERYTHING}:${TLS13_SUITES}` };
  return handshake(endpoint, only, (socket) => {
    const { bits = 0, asn1Curve } = socket.getPeerCertificate() as { bits?: number; asn1Curve?: string };
    return { kind: asn1Curve === undefined ? ("rsa" as const) : ("ec" as const), bits };
  });
}
