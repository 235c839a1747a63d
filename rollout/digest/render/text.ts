/** `99.9 %`, with as many places as a share near 100 % needs to be seen: 99.9987 %. Never rounded up. */
export function availabilityText(share: number): string {
  if (share >= 1) return "100 %";
  const places = Math.min(6, Math.max(2, Math.ceil(-Math.log10(1 - share)) - 1));
  const scale = 10 ** places;
  return `${Math.floor(share * 100 * scale + 1e-6) / scale} %`;
}

/** A share of bad ones in percent: `0.05 %`; what isn't zero never looks like it. */
export function shareText(share: number): string {
  if (share === 0) return "0 %";
  const places =
    share >= 0.1 ? 1 : share >= 0.0001 ? 2 : Math.min(8, Math.ceil(-Math.log10(share * 100)) + 1);
  return `${(share * 100).toFixed(places)} %`;
}

/** `1 234 567`: groups of three, as ISO 80000-1 writes them, with spaces that don't break. */
export function count(number: number): string {
  return Math.round(number).toLocaleString("en-US").replaceAll(",", " ");
}

export function time(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

export function milliseconds(ms: number): string {
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`;
}

export function usd(amount: number): string {
  return `$${amount.toFixed(2)}`;
}

/** `1 restore`, `2 restores`. */
export function several(number: number, one: string, many = `${one}s`): string {
  return `${count(number)} ${number === 1 ? one : many}`;
}
