import {
  type EvaluationContext,
  FlagNotFoundError,
  type JsonValue,
  type Provider,
  type ResolutionDetails,
  StandardResolutionReasons,
  TypeMismatchError,
} from "@openfeature/server-sdk";
import type { AgentFlag, FlagsAgent, Importance } from "./flags-agent.ts";

/**
 * OpenFeature's view of AppConfig's agent (OpenFeature specification, "Providers"). A boolean is whether the flag is on;
 * an object is the flag with its attributes. Under stress a flag that isn't important enough is off for everybody.
 */
export class AgentProvider implements Provider {
  readonly metadata = { name: "appconfig-agent" } as const;
  readonly runsOn = "server";
  readonly #agent: FlagsAgent;
  readonly #isShed: (importance: Importance) => boolean;

  constructor(agent: FlagsAgent, isShed: (importance: Importance) => boolean) {
    this.#agent = agent;
    this.#isShed = isShed;
  }

  async resolveBooleanEvaluation(key: string, otherwise: boolean, context: EvaluationContext) {
    return this.#resolved<boolean>(key, otherwise, context, ({ enabled }) => enabled, false);
  }

  async resolveObjectEvaluation<T extends JsonValue>(key: string, otherwise: T, context: EvaluationContext) {
    const off = { enabled: false } as unknown as T;
    return this.#resolved<T>(key, otherwise, context, (flag) => flag as unknown as T, off);
  }

  resolveStringEvaluation(key: string): Promise<ResolutionDetails<string>> {
    return Promise.reject(new TypeMismatchError(`the flag ${key} is on or off, not a text`));
  }

  resolveNumberEvaluation(key: string): Promise<ResolutionDetails<number>> {
    return Promise.reject(new TypeMismatchError(`the flag ${key} is on or off, not a number`));
  }

  async #resolved<T>(
    key: string,
    otherwise: T,
    context: EvaluationContext,
    read: (flag: AgentFlag) => T,
    off: T,
  ): Promise<ResolutionDetails<T>> {
    const answer = await this.#agent.flags(texts(context));
    if (!answer) return { value: otherwise, reason: StandardResolutionReasons.DEFAULT };
    const flag = answer.flags[key];
    if (!flag) throw new FlagNotFoundError(`there is no flag ${key}`);
    const { importance = "normal", _variant: variant } = flag;
    if (flag.enabled && this.#isShed(importance)) {
      return {
        value: off,
        reason: StandardResolutionReasons.DISABLED,
        flagMetadata: { importance, shed: true },
      };
    }
    const fresh = variant ? StandardResolutionReasons.TARGETING_MATCH : StandardResolutionReasons.STATIC;
    return {
      value: read(flag),
      reason: answer.stale ? StandardResolutionReasons.STALE : fresh,
      ...(variant && { variant }),
      flagMetadata: { importance, shed: false },
    };
  }
}

/** The agent takes texts; what can't be one, such as a list, is left out. */
function texts(context: EvaluationContext): Record<string, string> {
  const plain = Object.entries(context).filter(([, value]) =>
    ["string", "number", "boolean"].includes(typeof value),
  );
  return Object.fromEntries(plain.map(([key, value]) => [key, String(value)]));
}
