import { setTimeout as sleep } from "node:timers/promises";
import { nth } from "../../infra/sure.ts";
import type { NoticeChannel } from "./channels.ts";
import type { Notice } from "./notice.ts";

export interface Notifier {
  /** Returns at once: nobody waits for a channel. Never throws. */
  tell(notice: Notice): void;
  /** Waits for what is under way, but not for ever. */
  flush(): Promise<void>;
}

export interface NotifierOptions {
  channels: readonly NoticeChannel[];
  /** Told when a notice did not arrive. */
  say: (line: string) => void;
  /** Pauses between the tries, in milliseconds. */
  pauses?: readonly number[];
  /** How long `flush` waits at most, in milliseconds. */
  patienceMs?: number;
}

/** Tells every channel, each apart from the others and in the order of the notices; a failure is said and stays there. */
export function notifier({
  channels,
  say,
  pauses = [1_000, 4_000],
  patienceMs = 20_000,
}: NotifierOptions): Notifier {
  const queues = channels.map(() => Promise.resolve());
  return {
    tell(notice) {
      for (const [index, channel] of channels.entries())
        queues[index] = nth(queues, index).then(() => deliver(channel, notice, pauses, say));
    },
    async flush() {
      const late = new AbortController();
      const patience = sleep(patienceMs, undefined, { signal: late.signal }).catch(() => {});
      await Promise.race([Promise.all(queues), patience]);
      late.abort();
    },
  };
}

async function deliver(
  channel: NoticeChannel,
  notice: Notice,
  pauses: readonly number[],
  say: (line: string) => void,
): Promise<void> {
  for (const pause of [...pauses, undefined]) {
    try {
      return await channel.send(notice);
    } catch (error) {
      if (pause === undefined) return say(`not told by ${channel.name}: ${reasonOf(error)}: ${notice.title}`);
      await sleep(pause);
    }
  }
}

/** fetch hides what went wrong in its cause. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error & { cause?: { code?: string } };
  return cause?.code ?? message;
}
