/** Good, bad, or neither: said in words, too, since colour alone tells nothing to some. */
export type Tone = "good" | "bad" | "unknown" | "";

export interface Line {
  text: string;
  tone?: Tone;
}

export interface Table {
  head: string[];
  rows: { cells: string[]; tone?: Tone }[];
}

export interface Section {
  title: string;
  lines: Line[];
  table?: Table;
}

/** A report as headings, sentences and tables: the same in every format. */
export interface Document {
  title: string;
  subtitle: string;
  /** What a reader in a hurry reads. */
  summary: Line[];
  sections: Section[];
}
