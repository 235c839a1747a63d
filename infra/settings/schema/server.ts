import { z } from "zod";
import { text, whole } from "./fields.ts";

const instanceType = text("must be an EC2 instance type such as t3.medium", /^[a-z][a-z0-9-]*\.[a-z0-9-]+$/);

export const server = z.strictObject({
  instanceType: instanceType.default("t3.medium").describe("EC2 instance type"),
  release: text(
    'must be "current" or the serial of an Ubuntu 24.04 image, such as 20260115',
    /^(current|20\d{6})$/,
  )
    .default("current")
    .describe(
      "Ubuntu 24.04 image: current (read at each launch) or a serial (pinned; a failed instance refresh then rolls back by itself)",
    ),
  diskGiB: whole(20, 1000).default(40).describe("root disk in GiB"),
  cpus: z
    .number("must be a number from 0.25 to 64")
    .min(0.25)
    .max(64)
    .default(1.5)
    .describe("the container's limit, in CPUs"),
  memoryMiB: whole(128, 262_144)
    .optional()
    .describe(
      "the limit of the app's container, in MiB; five eighths of the instance's memory when left out, so 2560 of a t3.medium",
    ),
});
