import type { Shown } from "../../shown.ts";

/** A protection that a property gives: how strong each value of it is, higher is safer. */
export interface Guard {
  type: RegExp;
  path: string;
  strength: (value: Shown | undefined) => number;
  what: string;
  why: string;
}

export function guard(
  type: RegExp,
  path: string,
  strength: Guard["strength"],
  what: string,
  why: string,
): Guard {
  return { type, path, strength, what, why };
}

/** A switch that protects while it is on; `absent` is what AWS takes when it isn't given. */
export const on = (absent: boolean) => (value: Shown | undefined) =>
  value === undefined || value === null ? Number(absent) : Number(value === true || value === "true");

/** A switch that protects while it is off. */
export const off = (absent: boolean) => (value: Shown | undefined) => 1 - on(absent)(value);

/** Words from weak to strong; absent is weaker than any. */
export const ranked =
  (...weakToStrong: string[]) =>
  (value: Shown | undefined) =>
    value === undefined || value === null ? 0 : weakToStrong.indexOf(String(value)) + 1;

export const READABLE = "Who gets hold of the disk, the backup or the line can read the data.";
export const DELETABLE = "One wrong command, or one program with a mistake, deletes it.";
export const PUBLIC = "It can be reached or read from outside of the network.";
export const FAILS = "The loss of one zone or machine now takes it down.";
