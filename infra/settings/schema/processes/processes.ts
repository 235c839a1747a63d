import { z } from "zod";
import { text, whole, wholeSeconds } from "../fields.ts";
import { scheduleMistake } from "./schedule.ts";

const schedule = z.string("must be a schedule such as cron(0 3 * * ? *)").superRefine((value, context) => {
  const mistake = scheduleMistake(value);
  if (mistake === undefined) return;
  const message = `must be a schedule of EventBridge Scheduler, such as "cron(0 3 * * ? *)" (03:00 UTC) or "rate(15 minutes)": this one ${mistake}`;
  context.addIssue({ code: "custom", message });
});

/** What the app's image runs besides its web server. With a schedule it is a job, without one a worker. */
const process = z.strictObject(
  {
    command: z
      .array(
        text("must be a word of a command, in one line", /^[^\r\n\0]*$/),
        "must be the words of a command",
      )
      .min(1, "must be the words of a command")
      .describe("what runs, in the app's image, with the app's variables, secrets and limits"),
    count: whole(1, 20).optional().describe("of a worker: how many run on each server; 1 when left out"),
    with: z
      .enum(["stable", "traffic"], "must be stable or traffic")
      .optional()
      .describe(
        "of a worker: where it runs. stable (when left out): on the servers of the track that `stable` names, so a rollout's candidate has " +
          "it from the promotion on, and a rollback takes it back; traffic: on those of every track with traffic",
      ),
    schedule: schedule
      .optional()
      .describe(
        "makes a job of it, which runs once for the stack, on a server of the stable track, at these times in UTC: " +
          "cron(minutes hours day-of-month month day-of-week year) or rate(15 minutes)",
      ),
    timeout: wholeSeconds("1s", "11h")
      .optional()
      .describe("of a job: how long it may take, then it is ended and has failed; 1h when left out"),
    stopTimeout: wholeSeconds("1s", "1h")
      .default("30s")
      .describe("how long it may take after SIGTERM to end what it holds; then it is killed"),
    memoryMiB: whole(32, 262_144)
      .optional()
      .describe(
        "the limit of each of its containers, in MiB; when left out an equal part of what the app (server.memoryMiB), the other " +
          "processes and the system (512) leave of the instance's memory. All limits together must fit it",
      ),
  },
  "must be a process: { command, count | schedule, with, timeout, stopTimeout, memoryMiB }",
);

export const processName = text(
  "must be 1 to 20 lower-case letters, digits and dashes, and not app, nginx, migrate or constructor",
  /^(?!(?:app|nginx|migrate|constructor)$)[a-z][a-z0-9-]{0,19}$/,
);

export const processes = z
  .record(processName, process, "must be a map of processes")
  .refine((all) => Object.keys(all).length <= 10, "must be 10 processes at most");
