import { flagNames } from "../flags/flags.ts";
import { Tracks } from "../servers/tracks.ts";
import type { Environment } from "./environment.ts";
import type { Ground } from "./ground.ts";
import type { Stores } from "./stores.ts";

export type Serving = ReturnType<typeof servingOf>;

/** What serves: each track's servers, which find the stores and write to the logs. */
export function servingOf({ stack, settings, tier, opts }: Environment, ground: Ground, stores: Stores) {
  const { network, firewall, logs, secrets, given } = ground;
  const { database, cache, buckets } = stores;
  const flags = flagNames(stack);
  return new Tracks(
    stack,
    { settings, tier, network, firewall, logs, secrets, given, database, cache, buckets, flags },
    opts,
  );
}
