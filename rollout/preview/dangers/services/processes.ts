import type { Graph } from "../../../graph/model.ts";
import { type DangerCheck, danger } from "../danger.ts";

/** As the stack's outputs say it (infra/parts/outputs.ts). */
interface Told {
  name: string;
  kind: "worker" | "job";
  schedule?: string;
}

/** A worker that nobody runs any more, whose queue fills; a job that runs at other times, or never again. */
export const processesChanged: DangerCheck = ({ before, after }) => {
  const now = new Map(processesIn(after).map((each) => [each.name, each]));
  return processesIn(before).flatMap((old) => {
    const { name, kind, schedule } = old;
    const next = now.get(name);
    if (next?.kind !== kind) return [gone(old)];
    if (next.schedule === schedule) return [];
    return [
      danger({
        severity: "warning",
        kind: "job-rescheduled",
        title: `The job ${name} runs at other times`,
        resources: [name],
        property: "schedule",
        before: schedule ?? "",
        after: next.schedule ?? "",
        why: "What waits for it gets it later or not at all, and it may meet the hours with the most users.",
        advice: "See when it runs next, in UTC, and what reads what it writes.",
      }),
    ];
  });
};

function gone({ name, kind, schedule }: Told) {
  const isWorker = kind === "worker";
  return danger({
    severity: "warning",
    kind: "process-gone",
    title: isWorker ? `Nobody runs the worker ${name} any more` : `The job ${name} never runs again`,
    resources: [name],
    property: "app.processes",
    before: schedule ?? "runs",
    after: "none",
    why: isWorker
      ? "What is in its queue, and what the app goes on putting there, is done by nobody: and no alarm says so."
      : "What it did is done by nobody, and its alarms go with it.",
    advice: `Take out what ${isWorker ? "fills its queue" : "relies on it"} first, and let a release pass between the two.`,
  });
}

/** The workers and jobs of a stack. */
export function processesIn({ outputs }: Graph): Told[] {
  const { processes } = (outputs.rehearsal ?? {}) as { processes?: unknown };
  return (processes as Told[] | undefined) ?? [];
}
