import type { Graph, GraphResource, Value } from "../../graph/model.ts";
import type { ReplacesOf } from "../changes/follows.ts";
import { Learned } from "./learned.ts";
import type { EngineOutput, EngineState, EngineStep } from "./output.ts";

/**
 * The state that the engine compares with, as a graph, and the engine's own word on what is replaced.
 *
 * The engine lists only what changes, with the cloud's ids in it. All else is as in the captured graph; which id is
 * whose is learned by laying the engine's new values beside the captured ones.
 *
 * @param after the captured graph of the same stack
 */
export function engineSide(output: EngineOutput, after: Graph): { before: Graph; verdict: ReplacesOf } {
  const steps = realSteps(output);
  const captured = new Map(after.resources.map((each) => [each.urn, each]));
  const learned = new Learned();
  for (const { newState } of steps) {
    const known = newState && captured.get(newState.urn);
    if (known) learned.from(newState.inputs ?? {}, known.inputs);
  }
  const resources = new Map(captured);
  for (const { urn, oldState, op } of steps) {
    if (oldState) resources.set(urn, before(oldState, captured.get(urn), learned));
    else if (op === "create") resources.delete(urn);
  }
  return { before: { ...after, resources: [...resources.values()] }, verdict: verdictOf(steps) };
}

/** A replacement is up to three steps; the one that says why counts. */
function realSteps({ steps }: EngineOutput): EngineStep[] {
  const real = steps.filter(({ op, urn }) => op !== "same" && op !== "read" && !urn.includes("::pulumi:"));
  const byUrn = Map.groupBy(real, ({ urn }) => urn);
  return [...byUrn.values()].map((all) => all.find(({ op }) => op === "replace") ?? all[0]!);
}

function before(state: EngineState, now: GraphResource | undefined, learned: Learned): GraphResource {
  const { protect, retainOnDelete } = state;
  const { protect: _protect, retainOnDelete: _retain, ...options } = now?.options ?? {};
  return {
    urn: state.urn,
    type: state.type,
    name: state.urn.split("::").at(-1)!,
    custom: state.custom ?? true,
    inputs: learned.applied(state.inputs ?? {}, now?.inputs ?? {}) as Record<string, Value>,
    ...(state.parent === undefined ? {} : { parent: state.parent }),
    dependencies: state.dependencies ?? [],
    options: { ...options, ...(protect ? { protect } : {}), ...(retainOnDelete ? { retainOnDelete } : {}) },
  };
}

/** Replaced by the engine's word: by the property's own mark, or among the reasons that it gives. */
function verdictOf(steps: EngineStep[]): ReplacesOf {
  const byUrn = new Map(steps.map((each) => [each.urn, each]));
  return (_type, path, urn) => {
    const step = byUrn.get(urn);
    if (!step?.op.includes("replace")) return "no";
    const top = path.split(/[.[]/)[0]!;
    const marked = Object.entries(step.detailedDiff ?? {}).some(
      ([each, { kind }]) => kind.endsWith("replace") && each.split(/[.[]/)[0] === top,
    );
    return marked || step.replaceReasons?.includes(top) ? "yes" : "no";
  };
}
