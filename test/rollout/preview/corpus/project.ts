import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { type CaptureOptions, captureGraph } from "../../../../rollout/graph/capture.ts";
import type { Graph } from "../../../../rollout/graph/model.ts";
import { layOutSample } from "../../../support/sample.ts";
import type { Case } from "./case.ts";

/**
 * The graph of the sample with a case's change in it. The program is copied and what else changes, the rest is
 * linked.
 */
export async function graphOf(
  { stack, config = {}, edits = [] }: Pick<Case, "stack" | "config" | "edits">,
  capture: (options: CaptureOptions) => Promise<Graph> = captureGraph,
): Promise<Graph> {
  const copied = ["infra", ...edits.map(([file]) => file.split("/")[0]!)];
  return inCopy(copied, (folder) => {
    change(folder, { stack, config, edits });
    return capture({ projectDir: folder, stack });
  });
}

/** Works in a folder with the project in it: some of what is at its top copied, the rest linked. */
export async function inCopy<T>(copied: readonly string[], work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "rollout-corpus-"));
  try {
    layOutSample(folder, copied);
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Makes a case's change in a project's folder, whose files are copies. */
export function change(
  folder: string,
  { stack, config = {}, edits = [] }: Pick<Case, "stack" | "config" | "edits">,
): void {
  for (const [file, from, to] of edits) edit(join(folder, file), from, to);
  configure(join(folder, `Pulumi.${stack}.yaml`), config);
}

function edit(file: string, from: string, to: string): void {
  const text = readFileSync(file, "utf8");
  if (!text.includes(from)) throw new Error(`${file} no longer has: ${from}`);
  writeFileSync(
    file,
    text.replace(from, () => to),
  );
}

function configure(file: string, config: Record<string, unknown>): void {
  const document = parseDocument(readFileSync(file, "utf8"));
  for (const [path, value] of Object.entries(config)) {
    const [first, ...rest] = path.split(".");
    document.setIn(["config", `rollout:${first}`, ...rest], document.createNode(value));
  }
  writeFileSync(file, document.toString());
}
