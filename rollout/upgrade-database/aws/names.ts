import type { Swap } from "../../restore/aws/names.ts";

// RDS itself says how far an upgrade has come, by its deployment and the names of its instances: a command that comes after a kill reads
// it there.

/** The blue/green deployment's name: letters, digits and hyphens, up to 60. */
export function deploymentName(live: string, major: number): string {
  return `${live}-to-${major}`.slice(-60);
}

/** The parameter group of the new version. */
export function groupName(live: string, major: number | string): string {
  return `${live}-postgres${major}`;
}

/** Back to the instance that RDS has kept as `-old1`; undefined where there is none. */
export function swapToOld(live: string, major: string, names: readonly string[]): Swap | undefined {
  const number = (name: string) => Number(/-old(\d+)$/.exec(name)?.[1] ?? 0);
  const olds = names.filter((name) => name.startsWith(`${live}-old`) && number(name) > 0);
  const old = olds.toSorted((a, b) => number(a) - number(b)).at(-1);
  return old === undefined ? undefined : { live, out: `${live}-left-${major}`, in: old };
}
