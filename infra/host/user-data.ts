import { gzipSync } from "fflate";

/**
 * What EC2 takes as user data, in bytes as they are sent, before base64 (EC2 User Guide, "Run commands when you launch an
 * instance").
 */
const LIMIT = 16_384;

/**
 * Text as a launch template takes it: compressed, which cloud-init finds out by itself (cloud-init, "User data formats"),
 * and in base64.
 *
 * The same text gives the same bytes on every machine, or a mere update of Node would replace all servers. Node's own
 * zlib doesn't promise that (its version, its processor's instructions and a byte for the system all show), so the
 * compressor is one in plain JavaScript, pinned exactly; a test holds its output, and the header has no time.
 *
 * @throws {RangeError} when it is longer than EC2 takes; a test holds the longest to half of it
 */
export function userData(text: string): string {
  const packed = gzipSync(new TextEncoder().encode(text), { level: 9, mtime: 0 });
  if (packed.length > LIMIT) {
    throw new RangeError(`the servers' user data is ${packed.length} bytes compressed, EC2 takes ${LIMIT}`);
  }
  return Buffer.from(packed).toString("base64");
}
