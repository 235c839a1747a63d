/** The name of a drill's copy, after the live one and the time, by which who drills may delete it. RDS takes 63 characters. */
export function copyId(source: string, now: number): string {
  const time = new Date(now).toISOString().replaceAll(/\D/g, "").slice(0, 14);
  return `${source.slice(0, 40).replace(/-$/, "")}-drill-${time}`;
}

export function isDrillCopy(arn: string): boolean {
  return arn.includes(":db:") && /-drill-\d{14}$/.test(arn);
}
