import { captureText } from "../../rollout/graph/capture.ts";
import type { Graph } from "../../rollout/graph/model.ts";
import { sampleProject } from "./sample.ts";

const captured = new Map<string, Promise<string>>();

/** A stack of the sample as it is captured, once in a worker; a copy, fit to be edited. */
export async function shippedGraph(stack: string): Promise<Graph> {
  const known = captured.get(stack) ?? captureText({ projectDir: sampleProject(), stack });
  captured.set(stack, known);
  return JSON.parse(await known);
}
