import type { CheckStatus } from "../drill/record.ts";

/** What a check found. What can't be found out is neither good nor bad, and is shown as what it is. */
export interface Finding {
  status: CheckStatus;
  /** What was seen, with its figures. */
  evidence: string;
  /** The first thing to do about a fail or an unknown; empty for a pass. */
  whatToDo: string;
}

export function pass(evidence: string): Finding {
  return { status: "pass", evidence, whatToDo: "" };
}

export function fail(evidence: string, whatToDo: string): Finding {
  return { status: "fail", evidence, whatToDo };
}

export function unknown(evidence: string, whatToDo: string): Finding {
  return { status: "unknown", evidence, whatToDo };
}

/** Thrown where facts are gathered and there is no way to have them from here: the check is unknown. */
export class CannotTell extends Error {
  override name = "CannotTell";
  readonly whatToDo: string;

  constructor(why: string, whatToDo: string) {
    super(why);
    this.whatToDo = whatToDo;
  }
}
