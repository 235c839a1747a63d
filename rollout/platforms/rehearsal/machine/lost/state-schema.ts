import { z } from "zod";

// What a stack's record must be before anything is done by it. It names processes to end and folders to remove.

const port = z.int().min(1).max(65_535);
const name = z.string().regex(/^[a-z][\w.-]*$/i);
const absolute = z.string().startsWith("/");

const server = z.looseObject({
  id: name,
  track: name,
  version: z.string(),
  port,
  appPort: port,
  leaving: z.literal(true).optional(),
});

const process = z.looseObject({
  /** Never 0 or 1: a signal to these is one to ourselves, or to everybody. */
  pid: z.int().min(2),
  started: z.string(),
  log: absolute,
  stopSignal: z.enum(["SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGKILL"]),
  graceMs: z.number().min(0).optional(),
});

/** The version that this program writes. A record of another one can't be gone on with. */
export const STATE_VERSION = 1;

export const stateSchema = z.looseObject({
  version: z.literal(STATE_VERSION),
  stack: z.string(),
  domain: z.string(),
  port,
  redirectPort: port,
  database: z.object({
    port,
    folder: absolute,
    lives: z
      .array(
        z.object({
          folder: absolute,
          timeline: z.string().regex(/^[0-9A-F]{8}$/),
          since: z.number().min(0),
          fromXid: z.string().regex(/^\d+$/).optional(),
        }),
      )
      .min(1)
      .optional(),
    beside: z.object({ port, folder: absolute }).optional(),
  }),
  outside: absolute.optional(),
  cache: z.looseObject({ port }).optional(),
  flags: z.looseObject({ port, version: z.int() }).optional(),
  dependencies: z.looseObject({ port, names: z.array(z.string()) }).optional(),
  storage: z.looseObject({ port, credentialsPort: port }).optional(),
  stores: z.string().optional(),
  servers: z.array(server),
  numbered: z.record(z.string(), z.int()),
  processes: z.record(z.string(), process),
});
