import { sharesOf } from "../../../rollout/platforms/aws/balancer/split.ts";
import type { StackFacts } from "../../../rollout/platforms/aws/deployment.ts";
import { type AwsOptions, AwsPlatform } from "../../../rollout/platforms/aws/platform.ts";
import type {
  JournalEntry,
  JournalStore,
  MetricSecond,
  Metrics,
  Platform,
} from "../../../rollout/platforms/platform.ts";
import type { Account } from "./account.ts";
import { REQUESTS } from "./figures.ts";

/** By then a minute's figures are there. */
const LATE_SECONDS = 120;

/**
 * AWS's platform on the account, with all that it does there. Its users are always well served, and its journal is in memory:
 * moto's S3 plays that in test/aws/journal.test.ts.
 */
export class StoryPlatform extends AwsPlatform implements Platform {
  override readonly journal: JournalStore = memory();
  readonly #account: Account;
  readonly #facts: StackFacts;
  readonly #splits: { at: number; shares: Record<string, number> }[] = [];

  constructor(
    options: ConstructorParameters<typeof AwsPlatform>[0] & AwsOptions,
    facts: StackFacts,
    account: Account,
  ) {
    super(options, facts);
    this.#account = account;
    this.#facts = facts;
    this.#splits.push({ at: 0, shares: this.#shares() });
    account.timeline.every(1_000, () => {
      const shares = this.#shares();
      if (JSON.stringify(shares) !== JSON.stringify(this.#splits.at(-1)!.shares))
        this.#splits.push({ at: Math.floor(account.timeline.now() / 1000), shares });
    });
  }

  override async smoke() {
    return { passed: true, details: [] };
  }

  override async metrics(since: number): Promise<Metrics> {
    const through = Math.floor(this.#account.timeline.now() / 1000) - LATE_SECONDS;
    const seconds: MetricSecond[] = [];
    for (let at = since; at < through; at += 1) {
      const { shares } = this.#splits.findLast((each) => each.at <= at)!;
      const counts = Object.entries(shares).map(([track, share]) => [
        track,
        { requests: Math.round((REQUESTS * share) / 6000), errors: 0, slow: 0 },
      ]);
      seconds.push({ epochSecond: at, tracks: Object.fromEntries(counts) });
    }
    return { seconds, through: Math.max(since, through) };
  }

  #shares(): Record<string, number> {
    return sharesOf({ groups: this.#account.split }, this.#facts.targetGroupArns);
  }
}

function memory(): JournalStore {
  const entries: JournalEntry[] = [];
  return {
    read: async () => ({ entries: [...entries], version: String(entries.length) }),
    append: async (entry) => {
      entries.push(entry);
      return String(entries.length);
    },
    lock: async () => ({ lost: new AbortController().signal, release: async () => {} }),
  };
}
