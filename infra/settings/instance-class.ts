/** Memory of the `large` size in GiB, by what the instance family is made for (AWS docs, "DB instance classes"). */
const LARGE_GIB: Record<string, number> = { c: 4, m: 8, r: 16, t: 8, x: 32, z: 16 };

const SIZES: Record<string, number> = { micro: 1 / 8, small: 1 / 4, medium: 1 / 2, large: 1, xlarge: 2 };

/**
 * Memory of an RDS instance class in GiB: `db.t4g.small` → 2, `db.m7g.2xlarge` → 32.
 *
 * @throws {RangeError} for a family or size that isn't known here
 */
export function memoryGiB(instanceClass: string): number {
  const [, family = "", size = ""] = /^db\.([a-z]+)\d[a-z0-9]*\.([a-z0-9]+)$/.exec(instanceClass) ?? [];
  const large = LARGE_GIB[family[0] ?? ""];
  const times = SIZES[size] ?? 2 * Number(/^(\d+)xlarge$/.exec(size)?.[1]);
  if (!large || !times) throw new RangeError(`memory of ${instanceClass} isn't known`);
  return large * times;
}

/**
 * What RDS sets `max_connections` to unless told otherwise: LEAST(DBInstanceClassMemory / 9531392, 5000)
 * (AWS docs, "Maximum number of database connections"). A tenth of the memory is the system's own.
 */
export function maxConnections(instanceClass: string): number {
  return Math.min(5000, Math.floor((memoryGiB(instanceClass) * 2 ** 30 * 0.9) / 9_531_392));
}
