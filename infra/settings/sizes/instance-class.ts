/**
 * Memory of the `large` size in GiB, by what the instance family is made for (AWS docs, "DB instance classes", and "Amazon EC2
 * instance types"; some old families have up to a twentieth less).
 */
const LARGE_GIB: Record<string, number> = { c: 4, m: 8, r: 16, t: 8, x: 32, z: 16 };

const SIZES: Record<string, number> = {
  nano: 1 / 16,
  micro: 1 / 8,
  small: 1 / 4,
  medium: 1 / 2,
  large: 1,
  xlarge: 2,
};

/**
 * Memory of an RDS instance class in GiB: `db.t4g.small` → 2, `db.m7g.2xlarge` → 32.
 *
 * @throws {RangeError} for a family or size that isn't known here
 */
export function memoryGiB(instanceClass: string): number {
  const memory = instanceClass.startsWith("db.") ? memoryOf(instanceClass.slice(3)) : undefined;
  if (memory === undefined) throw new RangeError(`memory of ${instanceClass} isn't known`);
  return memory;
}

/** Memory of an EC2 instance type in MiB: `t3.medium` → 4096; undefined where it isn't known here. */
export function memoryMiB(instanceType: string): number | undefined {
  const memory = memoryOf(instanceType);
  return memory === undefined ? undefined : memory * 1024;
}

/** @returns GiB */
function memoryOf(type: string): number | undefined {
  const [, family = "", size = ""] = /^([a-z]+)\d[a-z0-9]*\.([a-z0-9]+)$/.exec(type) ?? [];
  const large = LARGE_GIB[family[0] ?? ""];
  const times = SIZES[size] ?? 2 * Number(/^(\d+)xlarge$/.exec(size)?.[1]);
  return large && times ? large * times : undefined;
}

/**
 * What RDS sets `max_connections` to unless told otherwise: LEAST(DBInstanceClassMemory / 9531392, 5000)
 * (AWS docs, "Maximum number of database connections"). A tenth of the memory is the system's own.
 */
export function maxConnections(instanceClass: string): number {
  return Math.min(5000, Math.floor((memoryGiB(instanceClass) * 2 ** 30 * 0.9) / 9_531_392));
}
