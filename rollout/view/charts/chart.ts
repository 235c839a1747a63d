/** A line over time. */
export interface Series {
  name: string;
  /** The CSS class and variable that give it its colour. */
  tone: string;
  /** At each of the chart's times; undefined: a gap. */
  values: readonly (number | undefined)[];
  /** Holds its value until the next one, as a split does. */
  stepped?: boolean;
  filled?: boolean;
}

export interface Chart {
  title: string;
  /** The times of all of its lines, in order, in milliseconds since the epoch. */
  at: readonly number[];
  series: readonly Series[];
  /** The top of the axis; else what the values need. */
  most?: number;
  unit: string;
  /** A line across, such as an objective. */
  limit?: { value: number; text: string };
  marks: readonly { at: number; text: string; kind: string }[];
  from: number;
  to: number;
}
