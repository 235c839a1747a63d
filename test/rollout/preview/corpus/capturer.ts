import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { CaptureOptions } from "../../../../rollout/graph/capture.ts";
import type { Graph } from "../../../../rollout/graph/model.ts";

/** What the process answers, in the order of what it was asked. */
export type Captured = { graph: Graph } | { error: string };

/**
 * A process that captures one program after the other: Pulumi's SDK is loaded once. A capture of the product has a
 * process of its own, which takes three times as long.
 */
export class Capturer {
  readonly #process = fork(join(import.meta.dirname, "capturing.ts"), { execArgv: [] });

  /** One at a time. */
  async capture(options: CaptureOptions): Promise<Graph> {
    const done = new AbortController();
    const answered = once(this.#process, "message", { signal: done.signal });
    const ended = once(this.#process, "exit", { signal: done.signal }).then(([code]) => {
      throw new Error(`the capturing process ended (${code})`);
    });
    this.#process.send(options);
    try {
      const [answer] = (await Promise.race([answered, ended])) as [Captured];
      if ("graph" in answer) return answer.graph;
      throw new Error(answer.error);
    } finally {
      for (const other of [answered, ended]) other.catch(() => {});
      done.abort();
    }
  }

  stop(): void {
    this.#process.kill();
  }
}
