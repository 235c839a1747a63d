import { plain } from "../view/plain.ts";

// The ways to the terminal. Nothing that others wrote is obeyed by it: see view/plain.ts.

/** The result, on stdout: text, or one JSON document in a line. */
export function out(text: string): void {
  process.stdout.write(plain(text));
}

/** A line of the result, on stdout. */
export function outLine(text: string): void {
  out(`${text}\n`);
}

/** What happens, for people: a line on stderr. */
export function tell(line: string): void {
  process.stderr.write(`${plain(line)}\n`);
}

/** What another program has said, as it comes. */
export function passOn(text: string): void {
  process.stderr.write(plain(text));
}

/** With colours and movements of our own: what others wrote must be plain before it is painted. */
export function paint(text: string): void {
  process.stdout.write(text);
}

/** Ends the process once all is out: a question to the network that nobody answers keeps nobody waiting. */
export function endWith(code: number): void {
  process.stdout.write("", () => process.exit(code));
}
