import { followedParameter, jobQueue } from "../../../../infra/host/processes/agent.ts";
import type { Job, Worker } from "../../../../infra/settings/settled.ts";
import type { Graph } from "../../../graph/model.ts";
import { ofType } from "../../../graph/resources.ts";
import { TYPES } from "../../../graph/types.ts";
import { RehearsalError } from "../machine/errors.ts";

/** A worker, and the tracks whose servers run it now. */
export type WorkerPlan = Omit<Worker, "command" | "memoryMiB" | "follows"> & { tracks: string[] };

/** A job, the tracks of which one server runs it now, and what AWS calls its queue. */
export type JobPlan = Omit<Job, "command" | "memoryMiB"> & { tracks: string[]; queue: string };

/** What the app runs besides its servers. */
export type ProcessPlan = WorkerPlan | JobPlan;

type Told = Omit<Worker, "memoryMiB"> | Omit<Job, "memoryMiB">;

/**
 * Where what runs is by the parameters that tell the servers so, and when is by the schedules.
 *
 * @throws {RehearsalError} when the stack has no parameter or no schedule for one
 */
export function processPlans(graph: Graph): ProcessPlan[] {
  return toldIn(graph).map((told): ProcessPlan => {
    const { name, stopSeconds } = told;
    if (told.kind === "worker") {
      const { kind, count, follows } = told;
      return { name, kind, stopSeconds, count, tracks: tracksBy(graph, follows) };
    }
    const { kind, timeoutSeconds } = told;
    const tracks = tracksBy(graph, "stable");
    return {
      ...{ name, kind, stopSeconds, timeoutSeconds, tracks },
      queue: jobQueue(graph.stack, name),
      schedule: scheduleOf(graph, name),
    };
  });
}

/** What starts each process on a track's servers, by its name. */
export function commandsOf(graph: Graph, track: string): Record<string, string[]> {
  const { tracks = {} } = (graph.outputs.rehearsal ?? {}) as {
    tracks?: Record<string, { processes?: Record<string, string[]> }>;
  };
  const own = tracks[track]?.processes ?? {};
  return Object.fromEntries(toldIn(graph).map(({ name, command }) => [name, own[name] ?? command]));
}

function toldIn({ outputs }: Graph): Told[] {
  return (((outputs.rehearsal ?? {}) as { processes?: unknown }).processes as Told[] | undefined) ?? [];
}

function tracksBy(graph: Graph, follows: Worker["follows"]): string[] {
  const name = followedParameter(graph.stack, follows);
  const parameter = ofType(graph, TYPES.parameter).find(({ inputs }) => inputs.name === name);
  if (typeof parameter?.inputs.insecureValue !== "string")
    throw new RehearsalError(`the stack has no parameter ${name}: which track runs its processes is unknown`);
  return parameter.inputs.insecureValue.split(",").filter(Boolean);
}

/** Its message says which job is due. */
function scheduleOf(graph: Graph, job: string): string {
  const due = ofType(graph, TYPES.schedule).find(({ inputs }) => {
    const { input } = (inputs.target ?? {}) as { input?: unknown };
    return typeof input === "string" && (JSON.parse(input) as { job?: string }).job === job;
  });
  const { scheduleExpression } = due?.inputs ?? {};
  if (typeof scheduleExpression !== "string")
    throw new RehearsalError(`the stack has no schedule for the job ${job}`);
  return scheduleExpression;
}
