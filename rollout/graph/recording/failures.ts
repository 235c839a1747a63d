/**
 * What goes wrong in outputs that nobody awaits. Pulumi programs are full of them: an error inside an `apply` surfaces
 * only as the process's unhandled rejection.
 */
export class Failures {
  readonly #errors: unknown[] = [];
  readonly #others = process.listeners("unhandledRejection");
  readonly #listener = (error: unknown) => {
    this.add(error);
  };

  /** Takes the place of every other listener until `stop`: an error is reported once, by us. */
  static watch(): Failures {
    const failures = new Failures();
    process.removeAllListeners("unhandledRejection");
    process.on("unhandledRejection", failures.#listener);
    return failures;
  }

  add(error: unknown): void {
    this.#errors.push(error);
  }

  /** Gives the listeners back, once the rejections of this turn have been reported. */
  async stop(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    process.removeListener("unhandledRejection", this.#listener);
    for (const listener of this.#others) process.on("unhandledRejection", listener);
  }

  /** Throws the first failure: the others follow from it. */
  rethrow(): void {
    if (this.#errors.length > 0) throw this.#errors[0];
  }
}
