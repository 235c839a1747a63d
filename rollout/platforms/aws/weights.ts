import type { Rule } from "@aws-sdk/client-elastic-load-balancing-v2";
import { CLOSED } from "../../../infra/settings/schema/traffic/cohorts.ts";
import type { Clock } from "../../clock.ts";
import { ConfigChanged, type StackFile } from "../../config/stack-file.ts";
import { type Led, ledText } from "../../core/reading.ts";
import { isWhole, sameWeights, trafficText, type Weights, weightsText } from "../../core/weights.ts";
import { UserError } from "../../errors.ts";
import { untilSeen } from "../../waiting.ts";
import type { Reading } from "../platform.ts";
import { closedConditions, openRules } from "./balancer/cohort-rules.ts";
import type { Listener } from "./balancer/listener.ts";
import type { ListenerRules } from "./balancer/rules.ts";
import { drainingBy, drainingUnlessWrong, sessionConditions } from "./balancer/session-rules.ts";
import { type Forward, sharesOf, splitOf } from "./balancer/split.ts";
import type { StackFacts } from "./deployment.ts";
import type { Engine } from "./engine.ts";

export interface WeightsParts {
  config: StackFile;
  engine: Engine;
  listener: Listener;
  rules: ListenerRules;
  clock: Clock;
  /** What brings rules of cohorts that may not be there yet. */
  cohortUrns(names: readonly string[]): Promise<string[]>;
  /** What was last read of the stack, and the same read anew. */
  facts: { known(): StackFacts; read(): Promise<StackFacts> };
  /** Told as soon as the balancer has other weights. Never throws: the traffic has moved all the same. */
  moved(weights: Weights, draining?: string): Promise<void>;
}

/** What the balancer does. */
interface Traffic {
  weights: Weights;
  /** The track without weight that keeps its sessions. */
  draining: string | undefined;
  led: Led;
}

/** Where weights stand, and the two ways to move them: by the config, or in an emergency by the balancer first. */
export class AwsWeights {
  readonly #parts: WeightsParts;

  constructor(parts: WeightsParts) {
    this.#parts = parts;
  }

  /** All three places, read now. @throws when one of them can't be read */
  async read(): Promise<Reading> {
    const { config, facts } = this.#parts;
    const [stated, { weights, sessionRules }] = await Promise.all([config.read(), facts.read()]);
    const real = await this.readBalancer();
    const draining = {
      config: stated.draining,
      state: drainingBy(sessionRules, weights),
      real: real.draining,
    };
    return {
      config: stated.weights,
      stable: stated.stable,
      state: weights,
      real: real.weights,
      ...(sessionRules.length > 0 && { draining }),
      cohorts: { config: stated.led, real: real.led },
    };
  }

  /** The track that each open cohort is led to. @throws when the balancer can't be read */
  async readLed(): Promise<Led> {
    return this.#ledIn(await this.#parts.rules.read());
  }

  #ledIn(rules: readonly Rule[]): Led {
    const { cohortRules, targetGroupArns } = this.#parts.facts.known();
    const tracks = new Map(Object.entries(targetGroupArns).map(([track, arn]) => [arn, track]));
    return Object.fromEntries(
      openRules(rules).map(({ arn, targetGroupArn }) => [
        cohortRules.find((rule) => rule.arn === arn)?.cohort ?? arn,
        tracks.get(targetGroupArn) ?? targetGroupArn,
      ]),
    );
  }

  /** Config, then the engine. @param to a track, or `none` */
  async setCohorts(names: readonly string[], to: string): Promise<void> {
    const { config, engine, facts, cohortUrns } = this.#parts;
    await config.setCohorts(names, to);
    const targets = await cohortUrns(names);
    // Those that were closed and are to be have no rule, neither here nor there; an `up` without targets would be one of all.
    if (targets.length > 0) await engine.up(targets, `rollout: cohorts ${names.join(" and ")} to ${to}`);
    await facts.read();
    const led = await this.readLed();
    const wrong = names.find((name) => (led[name] ?? CLOSED) !== to);
    if (wrong !== undefined)
      throw new UserError(`the cohort ${wrong} was to be led to ${to}, the balancer has ${ledText(led)}`);
  }

  /** @throws {UserError} when the rules for sessions don't fit them: what the balancer does is then in no weights */
  async readReal(): Promise<Weights> {
    const weights = await this.#readSplit();
    // Where no rule keeps sessions, none is asked for.
    if (this.#keeps()) this.#drainingIn(await this.#parts.rules.read(), weights);
    return weights;
  }

  /** The same, what keeps its sessions without weight, and who is led: all of the rules by one look at them. */
  async readBalancer(): Promise<Traffic> {
    const weights = await this.#readSplit();
    const rules = await this.#parts.rules.read();
    return { weights, draining: this.#drainingIn(rules, weights), led: this.#ledIn(rules) };
  }

  async #readSplit(): Promise<Weights> {
    const { listener, facts } = this.#parts;
    return sharesOf(await listener.read(), facts.known().targetGroupArns);
  }

  #keeps(): boolean {
    return this.#parts.facts.known().sessionRules.length > 0;
  }

  #drainingIn(rules: readonly Rule[], weights: Weights): string | undefined {
    return drainingUnlessWrong(this.#parts.facts.known().sessionRules, rules, weights);
  }

  /** Config, then the engine, then a look at the balancer. @throws when the look shows something else, or nothing */
  async set(weights: Weights, draining?: string): Promise<void> {
    this.#splitOf(weights); // a track without a target group is refused before anything is written
    await this.#parts.config.setWeights(weights, draining);
    await this.#reconcile(weights, draining);
    await this.#parts.moved(weights, draining);
  }

  /**
   * The balancer first, by its API, which takes a second where the engine takes many. Then the config and the engine, so
   * that no later `up` brings the old weights back.
   */
  async setNow(weights: Weights): Promise<void> {
    await this.setReal(weights);
    try {
      await this.#write(weights);
      await this.#reconcile(weights);
    } catch (error) {
      throw new UserError(
        `the balancer was set to ${weightsText(weights)}, but the next \`pulumi up\` may undo it: ${(error as Error).message}`,
        { cause: error },
      );
    }
  }

  /** The balancer alone, and a look at it: who has no cookie goes at once as the listener says, all others as its rules do. */
  async setReal(weights: Weights): Promise<void> {
    await Promise.all([this.#parts.listener.set(this.#splitOf(weights)), this.#setRules(weights)]);
    await this.#verify(weights);
    await this.#parts.moved(weights);
  }

  async #setRules(weights: Weights): Promise<void> {
    const { rules, facts } = this.#parts;
    if (!this.#keeps() && !isWhole(weights)) return;
    const real = await rules.read();
    const closed = isWhole(weights) ? closedConditions(real) : [];
    await rules.set(new Map([...sessionConditions(facts.known().sessionRules, real, weights), ...closed]));
  }

  #splitOf(weights: Weights): Forward {
    return splitOf(weights, this.#parts.facts.known().targetGroupArns);
  }

  /** A person who saves the file just then must not stop a rollback: their edit is read and kept. */
  async #write(weights: Weights): Promise<void> {
    for (let left = 4; ; left--) {
      try {
        return await this.#parts.config.setWeights(weights);
      } catch (error) {
        if (!(error instanceof ConfigChanged) || left === 0) throw error;
      }
    }
  }

  async #reconcile(weights: Weights, draining?: string): Promise<void> {
    const { engine, facts } = this.#parts;
    const { listenerUrn, sessionRules, cohortRules, followedUrns } = facts.known();
    const rules = [...sessionRules, ...(isWhole(weights) ? cohortRules : [])];
    const targets = [listenerUrn, ...rules.map(({ urn }) => urn), ...followedUrns];
    await engine.up(targets, `rollout: ${trafficText(weights, draining)}`);
    // The program may know of other versions by now than the state did: the rules are held to those that were set.
    await facts.read();
    await this.#verify(weights, draining);
  }

  /** The API may answer with the old split for a moment; for no longer than this. */
  async #verify(weights: Weights, draining?: string): Promise<void> {
    let real: Traffic = { weights: {}, draining: undefined, led: {} };
    let led: Led = {};
    const patience = { clock: this.#parts.clock, everyMs: 500, withinMs: 10_000 };
    const follows = async () => {
      real = await this.readBalancer();
      led = isWhole(weights) ? real.led : {};
      // Where no rule keeps sessions, nothing can drain.
      const drains = !this.#keeps() || real.draining === draining;
      return sameWeights(real.weights, weights) && drains && Object.keys(led).length === 0;
    };
    const told = `the balancer was told ${trafficText(weights, draining)}`;
    const isSeen = await untilSeen(patience, follows).catch((error) => {
      throw error instanceof UserError ? new UserError(`${told}, ${error.message}`, { cause: error }) : error;
    });
    if (isSeen) return;
    const leads = Object.keys(led).length === 0 ? "" : ` and leads ${ledText(led)}`;
    throw new UserError(`${told}, it is at ${trafficText(real.weights, real.draining)}${leads}`);
  }
}
