import { UserError } from "../errors.ts";

/** The letters that Pulumi takes. Folders and files are named by a stack, so a name must not lead out of a folder. */
const FORM = /^(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/;
const RULE = "1 to 100 letters, digits, -, _ and ., the first a letter or a digit, without two dots in a row";

export function isStackName(text: string): boolean {
  return FORM.test(text);
}

/**
 * The check at the door: folders are made, read and removed by this name.
 *
 * @returns the same name
 * @throws {UserError} when it isn't a stack's name
 */
export function checkedStackName(text: string): string {
  if (isStackName(text)) return text;
  const shown = JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}...` : text);
  throw new UserError(`not the name of a stack: ${shown} (${RULE})`);
}
