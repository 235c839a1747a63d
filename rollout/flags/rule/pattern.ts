/** AppConfig doesn't say; ours, so that a pattern is read in a moment by a person and by the engine. */
const LONGEST = 256;

/**
 * The pattern of `matches`. Which dialect AppConfig takes, and whether a pattern must fit the whole text, isn't
 * documented: ours is the part that JavaScript and RE2 share (no look-around, no references back), and a pattern fits
 * anywhere, as `h.*y` does in "oh my".
 *
 * @throws {Error} that says what is wrong with it
 */
export function patternOf(text: string): RegExp {
  if (text.length > LONGEST) throw new Error(`a pattern is at most ${LONGEST} characters long`);
  if (/\(\?(<?[=!])/.test(text) || /\\[1-9k]/.test(text)) {
    throw new Error("a pattern has no look-around and no references back");
  }
  try {
    return new RegExp(text, "u");
  } catch {
    throw new Error(`"${text}" is no regular expression`);
  }
}
