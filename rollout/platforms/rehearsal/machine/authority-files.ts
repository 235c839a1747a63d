import { join } from "node:path";

/** Files of the rehearsal's certificates, in PEM. The key files are readable only by their owner. */
export interface Certificates {
  /** What a client must trust: `curl --cacert FILE`. */
  caFile: string;
  certFile: string;
  keyFile: string;
  /** Certificate and key in one file, as HAProxy wants them. */
  bothFile: string;
}

export function certificateFiles(folder: string): Certificates {
  return {
    caFile: join(folder, "ca.pem"),
    certFile: join(folder, "server.pem"),
    keyFile: join(folder, "server-key.pem"),
    bothFile: join(folder, "server-both.pem"),
  };
}
