import { checkServerIdentity, type DetailedPeerCertificate } from "node:tls";
import type { CertificateFacts } from "../checks/entrance/certificate.ts";
import { CannotTell } from "../finding.ts";
import { type Endpoint, handshake } from "./handshake.ts";

/** The certificate that a server shows, and whether this machine would trust it for that name. */
export async function readCertificate(endpoint: Endpoint): Promise<CertificateFacts> {
  const { name } = endpoint;
  const facts = await handshake(endpoint, {}, (socket) => {
    const own = socket.getPeerCertificate(true);
    const mismatch = checkServerIdentity(name, own)?.message;
    const distrust = socket.authorized ? mismatch : (mismatch ?? reasonOf(socket.authorizationError));
    return {
      name,
      distrust: distrust ?? "",
      chain: subjectsOf(own),
      validFrom: Date.parse(own.valid_from),
      validTo: Date.parse(own.valid_to),
    };
  });
  if (facts) return facts;
  throw new CannotTell(
    `${name} refuses a handshake of TLS 1.2 and 1.3`,
    "See the TLS check: it says what is spoken.",
  );
}

/** Node gives an Error, or its code. */
function reasonOf(error: Error | string | null): string {
  const code =
    typeof error === "string" ? error : ((error as NodeJS.ErrnoException | null)?.code ?? error?.message);
  return `the chain isn't trusted here: ${code ?? "unknown"}`;
}

/** A root is its own issuer. */
function subjectsOf(own: DetailedPeerCertificate): string[] {
  const names: string[] = [];
  const seen = new Set<string>();
  for (let each = own; each && !seen.has(each.fingerprint256); each = each.issuerCertificate) {
    seen.add(each.fingerprint256);
    names.push(String(each.subject?.CN ?? each.subject?.O ?? "unnamed"));
  }
  return names;
}
