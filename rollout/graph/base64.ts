import { gunzipSync } from "node:zlib";

const FORM = /^[A-Za-z0-9+/]+={0,2}$/;
/** What every gzip begins with (RFC 1952, 2.3.1). */
const GZIP = Buffer.from([0x1f, 0x8b]);

/** The text behind base64, gzip or not; undefined when the value isn't base64, or there is no text behind it. */
export function textBehind(base64: string): string | undefined {
  if (base64.length < 8 || base64.length % 4 !== 0 || !FORM.test(base64)) return undefined;
  const text = unzipped(Buffer.from(base64, "base64"))?.toString("utf8");
  return text === undefined || text.includes("\uFFFD") || text.includes("\0") ? undefined : text;
}

function unzipped(bytes: Buffer): Buffer | undefined {
  if (!bytes.subarray(0, 2).equals(GZIP)) return bytes;
  try {
    return gunzipSync(bytes);
  } catch {
    return undefined;
  }
}
