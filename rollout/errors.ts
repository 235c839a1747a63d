/** Something that the user can mend: shown as its message alone, exit code 1. Any other error is a bug and shows its stack. */
export class UserError extends Error {
  override name = "UserError";
}

/** The command was called in a way that makes no sense (an unknown flag, a missing argument): exit code 2. */
export class Misuse extends Error {
  override name = "Misuse";
}
