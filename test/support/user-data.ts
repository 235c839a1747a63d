import { gunzipSync } from "node:zlib";

/** The text of a launch template's user data. */
export function userDataText(packed: string): string {
  return gunzipSync(Buffer.from(packed, "base64")).toString("utf8");
}
