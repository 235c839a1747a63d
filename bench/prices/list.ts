import { readFileSync, writeFileSync } from "node:fs";
import type { PriceList } from "../../rollout/preview/cost/prices.ts";

export function readList(file: string): PriceList {
  return JSON.parse(readFileSync(file, "utf8"));
}

export function writeList(file: string, list: PriceList): void {
  writeFileSync(file, `${JSON.stringify(list, null, 2)}\n`);
}
