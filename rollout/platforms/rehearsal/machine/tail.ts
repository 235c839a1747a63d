import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { StringDecoder } from "node:string_decoder";

const CHUNK = 1 << 20;

/** Log files, each read on from where it was read to. */
export class Tail {
  readonly #files = new Map<string, Place>();

  /** Begins to read a file at the first line that begins there or later. */
  from(file: string, offset: number): void {
    if (offset > 0) this.#files.set(file, { ...beginning(), offset: offset - 1, skips: true });
  }

  /**
   * Tells each line that was written whole since the last call.
   *
   * @param tell also told where in the file the line ends, in bytes
   */
  read(file: string, tell: (line: string, end: number) => void): void {
    const known = this.#files.get(file) ?? beginning();
    const handle = openSync(file, "r");
    try {
      const { size } = fstatSync(handle);
      // A log that shrank was begun anew.
      if (size < known.offset) Object.assign(known, beginning());
      const chunk = Buffer.allocUnsafe(Math.min(CHUNK, size - known.offset));
      while (known.offset < size) {
        const length = readSync(handle, chunk, 0, Math.min(chunk.length, size - known.offset), known.offset);
        if (length === 0) break;
        known.offset += length;
        const lines = (known.rest + known.decoder.write(chunk.subarray(0, length))).split("\n");
        let end = known.offset - length - Buffer.byteLength(known.rest);
        known.rest = lines.pop() ?? "";
        for (const line of lines) {
          end += Buffer.byteLength(line) + 1;
          if (!known.skips) tell(line, end);
          known.skips = false;
        }
      }
    } finally {
      closeSync(handle);
      this.#files.set(file, known);
    }
  }
}

/** How far a file is read; a letter or a line may be half written yet. */
interface Place {
  offset: number;
  rest: string;
  /** The next line was begun before the place that is asked for. */
  skips: boolean;
  decoder: StringDecoder;
}

function beginning(): Place {
  return { offset: 0, rest: "", skips: false, decoder: new StringDecoder("utf8") };
}
