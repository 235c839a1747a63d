/** Between what a random text is made of: base64's marks, and those that people put between parts. */
const BETWEEN = /[^A-Za-z0-9]+/;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Whether a text looks as if a machine had drawn it: in a long part letters and digits change often, in a shorter one very
 * often, as they do by chance and in no word, and no few characters make it up. A UUID names something.
 *
 * Of texts of 32 characters that are drawn at random some 5 % pass; a test counts them.
 */
export function isRandom(text: string): boolean {
  if (/\s/.test(text) || UUID.test(text)) return false;
  return text
    .split(BETWEEN)
    .some(
      (part) => part.length >= 12 && changes(part) >= (part.length >= 16 ? 0.3 : 0.45) && bits(part) >= 3,
    );
}

/** The share of neighbours of which one is a digit, a capital or a small letter and the other isn't. */
function changes(text: string): number {
  const kinds = [...text].map((each) => (/\d/.test(each) ? 0 : /[A-Z]/.test(each) ? 1 : 2));
  return kinds.slice(1).filter((kind, index) => kind !== kinds[index]).length / (kinds.length - 1);
}

/** Shannon's entropy, in bits a character. */
function bits(text: string): number {
  const counts = Map.groupBy(text, (each) => each);
  return [...counts.values()]
    .map(({ length }) => length / text.length)
    .reduce((sum, share) => sum - share * Math.log2(share), 0);
}
