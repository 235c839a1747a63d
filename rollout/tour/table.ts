import { nth } from "../../infra/sure.ts";
import { type JudgedStop, percent, type Share } from "./verdict.ts";

const columns: { title: string; width: number; of: (share: Share, step: string) => string }[] = [
  { title: "step", width: -14, of: (_, step) => step },
  { title: "track", width: -7, of: ({ track }) => track },
  { title: "asked", width: 6, of: ({ asked }) => `${asked} %` },
  { title: "measured", width: 9, of: ({ measured }) => `${measured.toFixed(1)} %` },
  { title: "99 % bound", width: 16, of: bound },
  { title: "requests", width: 9, of: ({ requests }) => `${requests}` },
  { title: "failures", width: 9, of: ({ failures }) => `${failures}` },
  { title: "p50", width: 9, of: ({ p50 }) => time(p50) },
  { title: "p95", width: 9, of: ({ p95 }) => time(p95) },
  { title: "p99", width: 9, of: ({ p99 }) => time(p99) },
  { title: "", width: -8, of: ({ within }) => (within ? "" : "OUTSIDE") },
];

export function header(): string {
  return line(columns.map(({ title }) => title));
}

/** A step's lines, one a track; the step's name stands on the first. */
export function rows({ name, shares }: JudgedStop): string[] {
  return shares.map((share, index) => line(columns.map(({ of }) => of(share, index ? "" : name))));
}

/** A negative width aligns to the left; a text that is too long pushes the rest to the right. */
function line(cells: string[]): string {
  const aligned = cells.map((cell, index) => {
    const width = nth(columns, index).width;
    return width < 0 ? cell.padEnd(-width) : cell.padStart(width);
  });
  return aligned.join(" ").trimEnd();
}

function bound({ bounds, total }: Share): string {
  return `${percent(bounds.low, total).toFixed(1)} - ${percent(bounds.high, total).toFixed(1)} %`;
}

function time(milliseconds: number): string {
  return Number.isNaN(milliseconds) ? "-" : `${milliseconds.toFixed(1)} ms`;
}
