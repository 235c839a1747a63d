import { UserError } from "../../errors.ts";

// RDS itself says how far a switch has come, by the names of its instances: a command that comes after a kill reads it there.

/** An instance that is to leave the live one's name, and the one that is to take it. */
export interface Swap {
  /** The address that the servers know. */
  live: string;
  /** What the live one is called afterwards. */
  out: string;
  /** What the other one is called until then. */
  in: string;
}

export type SwapStage = "missing" | "ready" | "between" | "switched";

/** To a moment: the copy is named after it, and so is the one of before. */
export function swapTo(live: string, moment: number): Swap {
  const stamp = stampOf(moment);
  return { live, out: `${live}-before-${stamp}`, in: `${live}-to-${stamp}` };
}

/** Back to the one that was live before the last switch, or what a killed command has left of that. */
export function swapBack(live: string, names: readonly string[]): Swap | undefined {
  const of = (kind: string) =>
    names
      .filter((name) => name.startsWith(`${live}-${kind}-`))
      .map((name) => name.slice(`${live}-${kind}-`.length))
      .toSorted()
      .at(-1);
  const stamp = names.includes(live) ? (of("before") ?? of("left")) : (of("left") ?? of("before"));
  return stamp === undefined
    ? undefined
    : { live, out: `${live}-left-${stamp}`, in: `${live}-before-${stamp}` };
}

/** @throws {UserError} for what no switch of ours leaves */
export function stageOf(swap: Swap, names: readonly string[]): SwapStage {
  const [live, out, into] = [swap.live, swap.out, swap.in].map((name) => names.includes(name));
  if (live && !out) return into ? "ready" : "missing";
  if (live && !into) return "switched";
  // Neither name is there for a moment while RDS gives one for the other.
  if (!live && (out || into)) return "between";
  throw new UserError(
    `${[swap.live, swap.out, swap.in].join(", ")}: which of them is the live database can't be told. Rename or delete what isn't meant`,
  );
}

/** `20261121t093000`: a name has letters, digits and hyphens. */
function stampOf(moment: number): string {
  return new Date(moment)
    .toISOString()
    .replaceAll(/[-:]|\.\d+Z/g, "")
    .toLowerCase();
}
