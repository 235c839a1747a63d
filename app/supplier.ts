import { Dependency, type DependencyPlace } from "./dependency.ts";
import { DependencyCounts } from "./dependency-counts.ts";
import { type Log, reasonOf } from "./log.ts";
import type { WindowOrder } from "./price.ts";

/** The name under which the config declares the supplier's price API. */
export const SUPPLIER = "supplier";

/** What the supplier asks for an order's parts, in whole cents; `missing` when it was asked and there is no price. */
export interface SupplierPrice {
  cents: number | null;
  missing: boolean;
}

/** Where no supplier is declared nobody is asked, and nothing is missing. */
const NOT_ASKED: SupplierPrice = { cents: null, missing: false };
const MISSING: SupplierPrice = { cents: null, missing: true };

/**
 * The supplier's prices, an outside dependency: `GET /prices?width=&height=&material=` answers `{ "priceCents": 1200 }`. A
 * quote is worth having without them, so nothing here throws.
 */
export class Supplier {
  readonly #dependency: Dependency | undefined;
  readonly #counts: DependencyCounts | undefined;
  readonly #log: Log;

  /** @param place undefined when the config declares no supplier */
  constructor(place: DependencyPlace | undefined, stack: string, log: Log) {
    this.#log = log;
    if (!place) return;
    const dependency = new Dependency(place, (circuit) =>
      log.warn("a dependency's circuit changed", { dependency: place.name, circuit }),
    );
    this.#dependency = dependency;
    this.#counts = new DependencyCounts(stack, place.name, () => dependency.circuit);
  }

  /** The state of each dependency's circuit, for whoever asks after the service's health. */
  circuits(): Record<string, string> {
    return this.#dependency ? { [this.#dependency.place.name]: this.#dependency.circuit } : {};
  }

  async price({ width, height, material }: WindowOrder): Promise<SupplierPrice> {
    if (!this.#dependency) return NOT_ASKED;
    const price = await this.#dependency
      .get(`/prices?width=${width}&height=${height}&material=${material}`)
      .then(centsIn)
      .catch((error: unknown) => {
        this.#log.debug("a quote goes without the supplier's price", { reason: reasonOf(error) });
        return undefined;
      });
    this.#counts?.add(price === undefined);
    return price === undefined ? MISSING : { cents: price, missing: false };
  }

  flush(): void {
    this.#counts?.flush();
  }
}

/** @throws {Error} when the answer isn't what was agreed: a price that is guessed is worse than none */
function centsIn(answer: unknown): number {
  const { priceCents } = (answer ?? {}) as { priceCents?: unknown };
  if (typeof priceCents === "number" && Number.isSafeInteger(priceCents) && priceCents >= 0)
    return priceCents;
  throw new Error("the answer has no priceCents");
}
