/** One statement's answer on one server, at one moment. */
export interface ReadAnswer {
  /** The rows in any order, as a digest; undefined where it failed. */
  digest?: string;
  rows: number;
  /** PostgreSQL's own words, where it failed. */
  error?: string;
  /** The shortest of some runs, by the server's own clock. */
  ms: number;
  /** Pages that it read, from memory or disk. */
  pages: number;
}

/** One statement, asked of both servers. */
export interface ReplayedRead {
  text: string;
  live: ReadAnswer;
  /** The live server once more: what answers otherwise by itself can't be compared. */
  again: string | undefined;
  next: ReadAnswer;
}

export interface JudgedReads {
  /** A line each; none for a pass. */
  wrong: string[];
  slow: string[];
  /** Statements that both servers answered, and those that can't be compared. */
  compared: number;
  uncomparable: number;
}

/** A plan that got worse reads many times the pages; time alone depends on who else is at work. */
const TIMES_PAGES = 4;
const PAGES_AT_LEAST = 500;
const TIMES_SLOWER = 3;
const SLOWER_AT_LEAST_MS = 50;
const SHOWN = 100;

export function judgeReads(reads: readonly ReplayedRead[]): JudgedReads {
  const comparable = reads.filter(({ live, again }) => live.digest !== undefined && again === live.digest);
  const wrong = comparable.flatMap(({ text, live, next }) => {
    if (next.digest === live.digest) return [];
    return next.digest === undefined
      ? [`${shown(text)}: ${next.error}`]
      : [`${shown(text)}: ${next.rows} rows, other than the live server's ${live.rows}`];
  });
  const slow = comparable.flatMap(({ text, live, next }) => {
    if (next.digest !== live.digest) return [];
    const figures = `${next.ms.toFixed(1)} ms and ${next.pages} pages, ${live.ms.toFixed(1)} ms and ${live.pages} pages on the live server`;
    const more = next.pages - live.pages >= PAGES_AT_LEAST && next.pages >= TIMES_PAGES * live.pages;
    const longer = next.ms - live.ms >= SLOWER_AT_LEAST_MS && next.ms >= TIMES_SLOWER * live.ms;
    return more || longer ? [`${shown(text)}: ${figures}`] : [];
  });
  return { wrong, slow, compared: comparable.length, uncomparable: reads.length - comparable.length };
}

function shown(text: string): string {
  const line = text.replaceAll(/\s+/g, " ");
  return line.length > SHOWN ? `${line.slice(0, SHOWN)}...` : line;
}
