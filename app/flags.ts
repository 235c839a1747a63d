import { type Client, OpenFeature } from "@openfeature/server-sdk";
import { FlagsAgent } from "./flags-agent.ts";
import { AgentProvider } from "./flags-provider.ts";
import type { Caller } from "./identity.ts";
import type { Log } from "./log.ts";
import type { Stress } from "./stress.ts";
import { isShed } from "./stress-level.ts";

/** The flags that this version knows, and what holds when they can't be read: as if the feature weren't there. */
const DEFAULTS = {
  dashboard_charts: false,
  enable_assistant_verticals: false,
  enable_vertical_import_export: false,
  enable_vertical_profiles: false,
} as const;

export type FlagKey = keyof typeof DEFAULTS;

export interface Flags {
  isOn(key: FlagKey, caller: Caller): Promise<boolean>;
  all(caller: Caller): Promise<Record<FlagKey, boolean>>;
}

/** @param url the agent's address for this stack's flags; without one all flags are at their defaults */
export async function openFlags(url: string, stress: Pick<Stress, "level">, log: Log): Promise<Flags> {
  // What goes wrong is told by the agent's client, once; the SDK would tell it at each evaluation, and not as JSON.
  const debug = (message: unknown) => log.debug(String(message));
  OpenFeature.setLogger({ error: debug, warn: debug, info: debug, debug });
  if (url) {
    const provider = new AgentProvider(new FlagsAgent({ url, log }), (importance) =>
      isShed(importance, stress.level),
    );
    await OpenFeature.setProviderAndWait(provider);
  }
  return flagsOf(OpenFeature.getClient());
}

export function flagsOf(client: Client): Flags {
  const isOn = (key: FlagKey, caller: Caller) => client.getBooleanValue(key, DEFAULTS[key], { ...caller });
  return {
    isOn,
    async all(caller) {
      const keys = Object.keys(DEFAULTS) as FlagKey[];
      const values = await Promise.all(keys.map((key) => isOn(key, caller)));
      return Object.fromEntries(keys.map((key, index) => [key, values[index]])) as Record<FlagKey, boolean>;
    },
  };
}
