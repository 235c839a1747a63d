import { gunzipSync } from "node:zlib";
import { parse } from "yaml";
import { RehearsalError } from "../machine/errors.ts";

/** A file that cloud-init writes on a server. */
export interface WrittenFile {
  path: string;
  content: string;
}

interface Entry {
  path: string;
  content?: string;
  encoding?: string;
}

/**
 * The `write_files` of a server's user data (cloud-init, "Write Files": plain, base64 or gzip content).
 *
 * @throws {RehearsalError} when the text isn't a cloud-config
 */
export function writtenFiles(userData: string): WrittenFile[] {
  if (!userData.startsWith("#cloud-config")) {
    throw new RehearsalError("the servers' user data isn't a #cloud-config: the rehearsal can't read it");
  }
  const { write_files = [] } = parse(userData) as { write_files?: Entry[] };
  return write_files.map(({ path, content = "", encoding }) => ({
    path,
    content: decoded(content, encoding),
  }));
}

function decoded(content: string, encoding = "text/plain"): string {
  if (/^(gz|gzip)(\+(b64|base64))?$/.test(encoding)) {
    return gunzipSync(Buffer.from(content, encoding.includes("+") ? "base64" : "binary")).toString("utf8");
  }
  return /^(b64|base64)$/.test(encoding) ? Buffer.from(content, "base64").toString("utf8") : content;
}
