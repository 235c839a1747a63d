/** Seconds as people say them: `45 s`, `12 min`, `3 h 20 min`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 120) return `${whole} s`;
  const minutes = Math.round(whole / 60);
  if (minutes < 120) return `${minutes} min`;
  const rest = minutes % 60;
  return rest > 0 ? `${Math.floor(minutes / 60)} h ${rest} min` : `${minutes / 60} h`;
}

/** A share from 0 to 1 in percent; a dash without one. */
export function percent(share: number | undefined): string {
  return share === undefined ? "-" : `${(share * 100).toFixed(2)} %`;
}
