import { InvalidArgumentError } from "commander";

/** An option's moment, in milliseconds since the epoch. */
export function momentOf(text: string): number {
  const time = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) throw new InvalidArgumentError("It must be a time such as 2026-11-21T09:30:00Z.");
  return time;
}
