import { z } from "zod";
import { flag, text, whole } from "../fields.ts";

/** How the app's container is run where its image's own ways aren't the ones wanted. The defaults are the strict ones. */
export const containerKeys = {
  command: z
    .array(
      text("must be a word of a command without quotes, $, %, ` and \\", /^[^\r\n\0"$%`\\]+$/),
      "must be the words of a command",
    )
    .default([])
    .describe(
      "what the container runs in place of its image's own command; the rehearsal's is rehearsal.command",
    ),
  entrypoint: text("must be a program of the image, such as /usr/bin/env", /^[A-Za-z0-9._/-]{1,100}$/)
    .optional()
    .describe(
      "the program that runs command and migrate in place of the image's entrypoint; with it the image's own command is gone, " +
        "too. `env` runs their words as they are",
    ),
  user: text(
    "must be a user of the image by name or number, with a group if need be, such as 1000:1000",
    /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,31})?$/,
  )
    .optional()
    .describe("who the app runs as in its container; by default as the image says"),
  writable: z
    .array(
      text(
        "must be a folder's path in the container, and not /tmp, which is writable, nor of the system",
        /^(?!\/(tmp|proc|sys|dev|etc|run)(\/|$))(\/(?!\.\.?(\/|$))[A-Za-z0-9._-]+)+$/,
      ),
      "must be a list of folders",
    )
    .default([])
    .describe(
      "folders of the container that the app may write to besides /tmp, with what the image has in them; each server has its own, " +
        "and they go with the container",
    ),
  readOnly: flag
    .default(true)
    .describe(
      "false: the app may write wherever its user may, for an image that can't say where it does; what it writes goes with the container",
    ),
  tmpMiB: whole(16, 8192)
    .default(64)
    .describe("the most that is in /tmp, in MiB: of the container's memory (server.memoryMiB)"),
};
