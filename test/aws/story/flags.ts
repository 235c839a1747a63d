import {
  holdToNoVersions,
  holdToOneDeployment,
  isTakenBack,
  isUnderWay,
  TAKEN_BACK,
} from "../rules/flags.ts";
import { Refused } from "../rules/rule.ts";
import type { Mailbox } from "./mailbox.ts";
import type { Timeline } from "./timeline.ts";
import type { Watch } from "./watch.ts";

interface Deployment {
  number: number;
  state: "DEPLOYING" | "BAKING" | "COMPLETE" | "ROLLED_BACK";
}

/** How a deployment spreads, in minutes. */
export interface Spread {
  deploying: number;
  baking: number;
}

/** AppConfig's deployments of one environment, by the rules of rules/flags.ts. */
export class FlagDeployments {
  readonly deployments: Deployment[] = [];
  /** Numbers of the versions that are kept, also of those that Pulumi no longer knows. */
  readonly versions = new Set<number>();
  monitors: string[] = [];
  readonly #timeline: Timeline;
  readonly #watch: Watch;
  readonly #mailbox: Mailbox;
  #made = 0;

  constructor(timeline: Timeline, watch: Watch, mailbox: Mailbox) {
    this.#timeline = timeline;
    this.#watch = watch;
    this.#mailbox = mailbox;
  }

  addVersion(): number {
    this.#made += 1;
    this.versions.add(this.#made);
    return this.#made;
  }

  /** The provider doesn't wait for its end. @throws {Refused} while another is under way */
  start(spread: Spread): void {
    holdToOneDeployment(this.deployments);
    const deployment: Deployment = { number: this.deployments.length + 1, state: "DEPLOYING" };
    this.deployments.unshift(deployment);
    void this.#timeline.go(() => this.#spread(deployment, spread));
  }

  /** @throws {Refused} */
  removeProfile(): void {
    holdToNoVersions(this.versions.size);
  }

  stop(number: number): void {
    for (const each of this.deployments)
      if (each.number === number && isUnderWay(each)) each.state = "ROLLED_BACK";
  }

  async #spread(deployment: Deployment, { deploying, baking }: Spread): Promise<void> {
    for (let minute = 0; minute < deploying + baking; minute += 1) {
      if (minute === deploying) deployment.state = "BAKING";
      const states = this.monitors.map((arn) => this.#watch.state(arn));
      if (isTakenBack(states.map((each) => each?.state ?? "INSUFFICIENT_DATA"))) {
        deployment.state = "ROLLED_BACK";
        const why = states
          .filter((each) => each?.state !== "OK")
          .map((each) => `${each?.name} ${each?.state}`);
        const text = `deployment ${deployment.number} is taken back: ${why.join(", ")}`;
        this.#mailbox.refuse("flags", new Refused(TAKEN_BACK, text));
        return;
      }
      await this.#timeline.sleep(60_000);
      if (!isUnderWay(deployment)) return;
    }
    deployment.state = "COMPLETE";
  }
}
