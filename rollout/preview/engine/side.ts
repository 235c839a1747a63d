import { afterLast, first, upTo } from "../../../infra/sure.ts";
import type { Graph, GraphResource, Secret, Value } from "../../graph/model.ts";
import { isSecret, referencesIn } from "../../graph/text.ts";
import { TYPES } from "../../graph/types.ts";
import type { ReplacesOf } from "../changes/follows.ts";
import { EARLIER, isObject } from "../shown.ts";
import { Learned, withoutDefaults } from "./learned.ts";
import type { EngineOutput, EngineState, EngineStep } from "./output.ts";

/**
 * The state that the engine compares with, as a graph, and the engine's own word on what is replaced.
 *
 * The engine lists what changes, with the cloud's ids in it. All else is as in the captured graph. Which id is whose is
 * said by the states that are listed (all of them with `--show-sames`), else learned by laying the engine's new values
 * beside the captured ones.
 *
 * @param after the captured graph of the same stack
 */
export function engineSide(output: EngineOutput, after: Graph): { before: Graph; verdict: ReplacesOf } {
  const steps = realSteps(output);
  const captured = new Map(after.resources.map((each) => [each.urn, each]));
  const root = output.steps.find(({ urn }) => urn.includes(`::${TYPES.stack}::`));
  const outputs = root?.oldState?.outputs ?? {};
  const learned = learnedFrom(output, after, outputs);
  const resources = new Map(captured);
  for (const step of steps) {
    const now = captured.get(step.urn);
    if (step.oldState) resources.set(step.urn, before(step, step.oldState, now, learned));
    else if (step.op === "create") resources.delete(step.urn);
  }
  const old = {
    ...after,
    resources: [...resources.values()],
    // A file from which the root was taken out says nothing of them.
    outputs: root ? told(learned.applied(outputs, after.outputs), resources) : after.outputs,
  };
  return { before: old, verdict: verdictOf(steps) };
}

/** A preview that failed may name a track in the old outputs and not have got to its parts: nothing is known of it. */
function told(outputs: Value, resources: ReadonlyMap<string, unknown>): Graph["outputs"] {
  const { targetGroupArns, ...rest } = outputs as Record<string, Value>;
  if (!isObject(targetGroupArns)) return outputs as Graph["outputs"];
  const known = Object.entries(targetGroupArns as Record<string, Value>).filter(([, arn]) =>
    referencesIn(arn).some(({ urn }) => resources.has(urn)),
  );
  return { ...rest, targetGroupArns: Object.fromEntries(known) };
}

function learnedFrom({ steps }: EngineOutput, after: Graph, outputs: Record<string, Value>): Learned {
  const captured = new Map(after.resources.map((each) => [each.urn, each]));
  const states = steps.flatMap(({ oldState }) => oldState ?? []);
  const learned = new Learned(states, after);
  for (const { newState } of steps) {
    const known = newState && captured.get(newState.urn);
    if (known) learned.from(newState.inputs ?? {}, known.inputs);
  }
  learned.from(outputs, after.outputs);
  return learned;
}

/** What isn't as the program has it. A replacement is up to three steps; the one that says why counts. */
function realSteps({ steps }: EngineOutput): EngineStep[] {
  const real = steps.filter(
    (step) => step.op !== "read" && !step.urn.includes("::pulumi:") && (step.op !== "same" || isFreed(step)),
  );
  const byUrn = Map.groupBy(real, ({ urn }) => urn);
  return [...byUrn.values()].map((all) => all.find(({ op }) => op === "replace") ?? first(all));
}

/** To the engine nothing changes when only its own protection does. */
function isFreed({ oldState, newState }: EngineStep): boolean {
  return oldState?.custom !== false && (oldState?.protect ?? false) !== (newState?.protect ?? false);
}

function before(
  step: EngineStep,
  state: EngineState,
  now: GraphResource | undefined,
  learned: Learned,
): GraphResource {
  const { protect, retainOnDelete } = state;
  const { protect: _protect, retainOnDelete: _retain, ...options } = now?.options ?? {};
  return {
    urn: state.urn,
    type: state.type,
    name: afterLast(state.urn, "::"),
    custom: state.custom ?? true,
    inputs: inputsBefore(step, state, now, learned),
    ...(state.parent === undefined ? {} : { parent: state.parent }),
    dependencies: state.dependencies ?? [],
    options: { ...options, ...(protect ? { protect } : {}), ...(retainOnDelete ? { retainOnDelete } : {}) },
  };
}

/** Where the engine says which properties differ, the others are the program's. */
function inputsBefore(
  step: EngineStep,
  state: EngineState,
  now: GraphResource | undefined,
  learned: Learned,
): Record<string, Value> {
  const named = step.op === "same" ? new Set<string>() : differing(step);
  const own = Object.entries(withoutDefaults(state.inputs ?? {})).map(([key, value]): [string, Value] => {
    const captured = now?.inputs[key];
    if (isSecret(captured) && named?.has(key)) return [key, earlier(captured, step, key, learned)];
    const among = state.propertyDependencies?.[key] ?? undefined;
    const applied = learned.applied(value, captured, among);
    return [key, learned.wholly(applied, among, state.type, key) ?? applied];
  });
  if (!now || !named) return Object.fromEntries(own);
  return {
    ...Object.fromEntries(Object.entries(now.inputs).filter(([key]) => !named.has(key))),
    ...Object.fromEntries(own.filter(([key]) => named.has(key))),
  };
}

/** A secret that changes: the engine shows no value, but of which resources the old one was made. */
function earlier(
  captured: Secret,
  { oldState, newState }: EngineStep,
  key: string,
  learned: Learned,
): Secret {
  const [was, is] = [oldState, newState].map((state) => state?.propertyDependencies?.[key]?.toSorted());
  if (!was || !is || was.join() === is.join()) return { $secret: [...captured.$secret, EARLIER] };
  return { $secret: was.map((urn) => learned.sourceIn(urn)) };
}

/** The properties that the engine names; undefined when it names none. */
function differing({ detailedDiff, diffReasons, replaceReasons }: EngineStep): Set<string> | undefined {
  const named = [...Object.keys(detailedDiff ?? {}), ...(diffReasons ?? []), ...(replaceReasons ?? [])];
  return named.length === 0 ? undefined : new Set(named.map(topOf));
}

/** Replaced by the engine's word: by the property's own mark, or among the reasons that it gives. */
function verdictOf(steps: EngineStep[]): ReplacesOf {
  const byUrn = new Map(steps.map((each) => [each.urn, each]));
  return (_type, path, urn) => {
    const step = byUrn.get(urn);
    if (!step?.op.includes("replace")) return "no";
    const marked = Object.entries(step.detailedDiff ?? {}).filter(([, { kind }]) => kind.endsWith("replace"));
    const reasons = [...marked.map(([each]) => each), ...(step.replaceReasons ?? [])].map(topOf);
    return reasons.length === 0 || reasons.includes(topOf(path)) ? "yes" : "no";
  };
}

/** `forward[0].arn`: `forward`. */
function topOf(path: string): string {
  return upTo(path, /[.[]/);
}
