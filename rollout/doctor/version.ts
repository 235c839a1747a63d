/** Whether a version's numbers are below another's. What is missing counts as 0. */
export function isOlder(version: string, than: string): boolean {
  const numbers = (text: string) => text.split(/[.\-+]/).map((part) => Number.parseInt(part, 10) || 0);
  const [is, wanted] = [numbers(version), numbers(than)];
  for (let i = 0; i < 3; i++) {
    const difference = (is[i] ?? 0) - (wanted[i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
