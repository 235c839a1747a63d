import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { strToU8, zipSync } from "fflate";
import { PACKAGE_FOLDER, programFile } from "../package-folder.ts";
import { projectFolder } from "../project-folder.ts";

/** What AWS Lambda calls: the file of the bundle and what it exports. */
export const HANDLER = "index.handler";

/**
 * What a controller never does, which steers and neither deploys nor backs up nor has a token of GitHub's: Pulumi's engine, backups,
 * the rehearsal and its drills. Each is loaded only where it is done.
 */
const LEFT_OUT = [
  /^@pulumi\//,
  /\/platforms\/rehearsal\//,
  /\/drill\/migrate\/now\.[jt]s$/,
  /\/notify\/github\/deployment\.[jt]s$/,
  /\/backup\.[jt]s$/,
];

export interface ControllerCode {
  /** One module of JavaScript, with all that it needs. */
  text: string;
  /** Paths of the modules that are in it. */
  modules: string[];
}

/**
 * The controller's program as one file: of the sources in the repository, of the compiled ones in the package. Nothing is fetched,
 * and the same sources give the same text wherever they are.
 */
export async function controllerCode(): Promise<ControllerCode> {
  // Only a stack with a controller of its own needs it.
  const { rolldown } = await import("rolldown");
  const bundle = await rolldown({
    input: programFile(import.meta.dirname, "../../rollout/cli/rollout/stack/function"),
    cwd: PACKAGE_FOLDER,
    platform: "node",
    // Else it names each module by its path, and another place of the packages is another text.
    experimental: { attachDebugInfo: "none" },
    external: (id) => LEFT_OUT.some((each) => each.test(id)),
  });
  const { output } = await bundle.generate({ format: "esm", codeSplitting: false });
  await bundle.close();
  const [{ code, moduleIds }] = output;
  // What is no file is the bundler's own.
  return { text: code, modules: moduleIds.filter((id) => !id.startsWith("\0")) };
}

/** As a zip file; its time is fixed, so that the same text gives the same bytes. */
export function zipped(text: string): Uint8Array {
  return zipSync({ "index.mjs": [strToU8(text), { mtime: new Date(1980, 0, 1) }] });
}

/**
 * Puts the zip where builds are, once, by its digest.
 *
 * @returns its path from where the program works, which is the same on every machine
 */
export async function stageCode(): Promise<string> {
  const zip = zipped((await controllerCode()).text);
  const digest = createHash("sha256").update(zip).digest("hex").slice(0, 16);
  const file = join(projectFolder(), ".cache", "build", `controller-${digest}.zip`);
  if (!existsSync(file)) {
    mkdirSync(dirname(file), { recursive: true });
    const made = `${file}-${randomBytes(6).toString("hex")}`;
    writeFileSync(made, zip);
    renameSync(made, file);
  }
  return relative(process.cwd(), file);
}
