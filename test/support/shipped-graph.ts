import { join } from "node:path";
import { captureText } from "../../rollout/graph/capture.ts";
import type { Graph } from "../../rollout/graph/model.ts";

const captured = new Map<string, Promise<string>>();

/** A shipped stack as it is captured, once in a worker; a copy, fit to be edited. */
export async function shippedGraph(stack: string): Promise<Graph> {
  const known = captured.get(stack) ?? captureText({ projectDir: join(import.meta.dirname, "../.."), stack });
  captured.set(stack, known);
  return JSON.parse(await known);
}
