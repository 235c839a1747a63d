/** As long as one must have been well for his next error to be news, in seconds. */
const WELL_SECONDS = 600;
/** Now and then those whose time is over are forgotten. */
const MOST_KNOWN = 10_000;

/** Who had an error, and until when it is known of him. */
export class KnownFailed {
  readonly #until = new Map<string, number>();
  readonly #sinceLast: boolean;

  /** @param since whether the time runs anew at each error, or from the one that was counted on */
  constructor(since: "last" | "counted" = "last") {
    this.#sinceLast = since === "last";
  }

  /** @returns whether an error was known of him before */
  take(key: string, hasFailed: boolean, epochSecond: number): boolean {
    const known = (this.#until.get(key) ?? Number.NEGATIVE_INFINITY) > epochSecond;
    if (hasFailed && (this.#sinceLast || !known)) this.#until.set(key, epochSecond + WELL_SECONDS);
    if (this.#until.size > MOST_KNOWN) this.#forget(epochSecond);
    return known;
  }

  clear(): void {
    this.#until.clear();
  }

  #forget(epochSecond: number): void {
    for (const [key, until] of this.#until) if (until <= epochSecond) this.#until.delete(key);
  }
}
