/** What a server here counts as its whole memory and disk: small, so that a drill can fill it on the machine it runs on. */
export interface Allowance {
  memoryBytes: number;
  diskBytes: number;
}

export const ALLOWANCE: Allowance = { memoryBytes: 512 * 2 ** 20, diskBytes: 128 * 2 ** 20 };

/**
 * The processors of an EC2, RDS or ElastiCache size: two up to `large`, then twice as many for each doubling
 * (EC2, "Amazon EC2 instance types", for the families that the settings take).
 */
export function processorsOf(instanceType: string): number {
  const times = /\.(\d*)xlarge$/.exec(instanceType)?.[1];
  return times === undefined ? 2 : 4 * Number(times || 1);
}
