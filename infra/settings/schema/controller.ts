import { z } from "zod";

/** What takes a rollout's steps. */
export const controller = z.strictObject(
  {
    in: z
      .enum(["terminal", "stack"], "must be terminal or stack")
      .default("terminal")
      .describe(
        "terminal: `rollout run` itself, wherever it was started, for as long as it lasts; stack: a controller of the stack's own, and " +
          "`rollout run` hands it the candidate that is up, and follows",
      ),
  },
  "must be { in: terminal } or { in: stack }",
);
