import { UserError } from "../../../errors.ts";

/**
 * Something that the user can mend: a server that isn't installed, a port that is taken, a database that doesn't start.
 * Shown without a stack trace; the message says what to do or where to look.
 */
export class RehearsalError extends UserError {
  override name = "RehearsalError";
}

/** Another command is changing the stack. It is worth asking again: that command ends. */
export class Busy extends RehearsalError {
  override name = "Busy";
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
