import { chmodSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * A suite's own place for temporary folders: what its tests leave there is theirs, and fails the run. Nobody else looks
 * after the system's.
 *
 * @returns to be called once all tests are through
 */
export default function ownTemporaryFolder(): () => void {
  const folder = mkdtempSync(join(tmpdir(), "suite-"));
  // Others may pass through, as in the system's: a test's database runs as another user when root runs the tests.
  chmodSync(folder, 0o711);
  const before = process.env.TMPDIR;
  process.env.TMPDIR = folder;
  return () => {
    const left = readdirSync(folder).sort();
    rmSync(folder, { recursive: true, force: true });
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
    if (left.length > 0)
      throw new Error(`tests left ${left.length} in the temporary folder: ${left.join(", ")}`);
  };
}
