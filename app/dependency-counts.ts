import type { Circuit } from "./dependency.ts";
import { embeddedLine } from "./embedded.ts";

/** A circuit that is open says so each second while requests need it, and so long after the last of them. */
const QUIET_SECONDS = 60;

/**
 * What an alarm looks at for one dependency, a line for each second (see embedded.ts), with the stack and the dependency
 * as the metrics' dimensions: `DependencyAsked`, requests that needed it; `DependencyFailed`, those that did without;
 * `DependencyOpen`, 1 while it isn't asked.
 */
export class DependencyCounts {
  readonly #dimensions: { Stack: string; Dependency: string };
  readonly #circuit: () => Circuit;
  readonly #write: (line: string) => void;
  #asked = 0;
  #failed = 0;
  #quiet = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(stack: string, dependency: string, circuit: () => Circuit, write = writeOut) {
    this.#dimensions = { Stack: stack, Dependency: dependency };
    this.#circuit = circuit;
    this.#write = write;
  }

  add(failed: boolean): void {
    this.#asked += 1;
    if (failed) this.#failed += 1;
    this.#quiet = 0;
    this.#wait();
  }

  /** Writes what isn't written yet: also for the last time, when the service ends. */
  flush(): void {
    if (!this.#timer) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const isOpen = this.#circuit() !== "closed";
    const values = { DependencyAsked: this.#asked, DependencyFailed: this.#failed, DependencyOpen: +isOpen };
    [this.#asked, this.#failed] = [0, 0];
    // As in counters.ts: a timer that is early by a hair would count for the second before.
    this.#write(embeddedLine(Date.now() - 2, this.#dimensions, values));
    this.#quiet += 1;
    if (isOpen && this.#quiet < QUIET_SECONDS) this.#wait();
  }

  #wait(): void {
    this.#timer ??= setTimeout(() => this.flush(), 1000 - (Date.now() % 1000)).unref();
  }
}

function writeOut(line: string): void {
  process.stdout.write(`${line}\n`);
}
