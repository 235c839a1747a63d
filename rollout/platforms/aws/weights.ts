import type { Clock } from "../../clock.ts";
import { ConfigChanged, type StackFile } from "../../config/stack-file.ts";
import { sameWeights, type Weights, weightsText } from "../../core/weights.ts";
import { UserError } from "../../errors.ts";
import { untilSeen } from "../../waiting.ts";
import type { Reading } from "../platform.ts";
import type { Listener } from "./balancer/listener.ts";
import type { SessionRules } from "./balancer/session-rules.ts";
import { type Forward, sharesOf, splitOf } from "./balancer/split.ts";
import type { StackFacts } from "./deployment.ts";
import type { Engine } from "./engine.ts";

export interface WeightsParts {
  config: StackFile;
  engine: Engine;
  listener: Listener;
  sessions: SessionRules;
  clock: Clock;
  /** What was last read of the stack, and the same read anew. */
  facts: { known(): StackFacts; read(): Promise<StackFacts> };
  /** Told as soon as the balancer has other weights. Never throws: the traffic has moved all the same. */
  moved(weights: Weights): Promise<void>;
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
    const [stated, { weights }] = await Promise.all([config.read(), facts.read()]);
    return { config: stated.weights, stable: stated.stable, state: weights, real: await this.readReal() };
  }

  /** @throws {UserError} when the rules for sessions don't fit them: what the balancer does is then in no weights */
  async readReal(): Promise<Weights> {
    const { listener, sessions, facts } = this.#parts;
    const { targetGroupArns, sessionRules } = facts.known();
    const real = sharesOf(await listener.read(), targetGroupArns);
    await sessions.check(sessionRules, real);
    return real;
  }

  /** Config, then the engine, then a look at the balancer. @throws when the look shows something else, or nothing */
  async set(weights: Weights): Promise<void> {
    this.#splitOf(weights); // a track without a target group is refused before anything is written
    await this.#parts.config.setWeights(weights);
    await this.#reconcile(weights);
    await this.#parts.moved(weights);
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
    const { listener, sessions, facts } = this.#parts;
    await Promise.all([
      listener.set(this.#splitOf(weights)),
      sessions.set(facts.known().sessionRules, weights),
    ]);
    await this.#verify(weights);
    await this.#parts.moved(weights);
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

  async #reconcile(weights: Weights): Promise<void> {
    const { engine, facts } = this.#parts;
    const { listenerUrn, sessionRules, followedUrns } = facts.known();
    const targets = [listenerUrn, ...sessionRules.map(({ urn }) => urn), ...followedUrns];
    await engine.up(targets, `rollout: ${weightsText(weights)}`);
    // The program may know of other versions by now than the state did: the rules are held to those that were set.
    await facts.read();
    await this.#verify(weights);
  }

  /** The API may answer with the old split for a moment; for no longer than this. */
  async #verify(weights: Weights): Promise<void> {
    let real: Weights = {};
    const patience = { clock: this.#parts.clock, everyMs: 500, withinMs: 10_000 };
    const follows = async () => {
      real = await this.readReal();
      return sameWeights(real, weights);
    };
    const told = `the balancer was told ${weightsText(weights)}`;
    const isSeen = await untilSeen(patience, follows).catch((error) => {
      throw error instanceof UserError ? new UserError(`${told}, ${error.message}`, { cause: error }) : error;
    });
    if (!isSeen) throw new UserError(`${told}, it is at ${weightsText(real)}`);
  }
}
