import { spawn } from "node:child_process";
import { once } from "node:events";

/** What a server takes of a client, as OpenSSL's own client finds out, one offer after the other. */
export interface Offer {
  protocols: string[];
  /** Of TLS 1.2 and of TLS 1.3. */
  ciphers: string[];
  suites: string[];
  groups: string[];
}

const PROTOCOLS = { "TLSv1.0": "-tls1", "TLSv1.1": "-tls1_1", "TLSv1.2": "-tls1_2", "TLSv1.3": "-tls1_3" };
const SUITES = ["AES_128_GCM_SHA256", "AES_256_GCM_SHA384", "CHACHA20_POLY1305_SHA256", "AES_128_CCM_SHA256"];
const GROUPS = ["X25519", "X448", "P-256", "P-384", "P-521", "brainpoolP256r1", "ffdhe2048"];

/** @param starttls for a server that speaks another protocol first, such as `postgres` */
export async function offered(port: number, starttls?: string): Promise<Offer> {
  const ask = (...words: string[]) => chosen(port, [...words, ...(starttls ? ["-starttls", starttls] : [])]);
  const each = async (all: readonly string[], words: (one: string) => string[]) => {
    const taken: string[] = [];
    for (const one of all) if (await ask(...words(one))) taken.push(one);
    return taken;
  };
  const protocols = await each(Object.keys(PROTOCOLS), (name) => [
    PROTOCOLS[name as keyof typeof PROTOCOLS],
    ...["-cipher", "ALL:@SECLEVEL=0"],
  ]);
  const ciphers: string[] = [];
  // The server chooses one of all; then of all but that one, until nothing is left.
  for (let next: string | undefined = "ALL"; next; ) {
    const left = ["ALL", "COMPLEMENTOFALL", ...ciphers.map((name) => `!${name}`), "@SECLEVEL=0"].join(":");
    next = await ask("-tls1_2", "-cipher", left);
    if (next) ciphers.push(next);
  }
  const suites = protocols.includes("TLSv1.3")
    ? await each(
        SUITES.map((name) => `TLS_${name}`),
        (name) => ["-tls1_3", "-ciphersuites", name],
      )
    : [];
  const groups = await each(GROUPS, (name) => ["-groups", name]);
  return { protocols, ciphers: ciphers.sort(), suites, groups };
}

/** The cipher that both sides settle on; undefined where they have none in common. */
async function chosen(port: number, words: string[]): Promise<string | undefined> {
  const child = spawn("openssl", ["s_client", "-connect", `127.0.0.1:${port}`, ...words], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  let said = "";
  child.stdout.on("data", (data) => {
    said += data;
  });
  await once(child, "close");
  const name = /Cipher is (\S+)/.exec(said)?.[1];
  return name === "(NONE)" ? undefined : name;
}
