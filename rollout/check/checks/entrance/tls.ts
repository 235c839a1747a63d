import { type Finding, fail, pass } from "../../finding.ts";
import { type Grade, gradeOf, type TlsFacts } from "../../grade.ts";

/** Enough: all of Mozilla's intermediate profile. A+ asks for a long HSTS as well. */
const ENOUGH: readonly Grade[] = ["A+", "A"];

export function judgeTls(facts: TlsFacts): Finding {
  const { grade, limits } = gradeOf(facts);
  const accepted = facts.protocols.filter((each) => each.accepted).map((each) => each.name);
  const evidence = [
    `grade ${grade}`,
    `${accepted.join(", ") || "no protocol"}`,
    `${facts.suites.length} suites`,
    ...limits.map(({ why, cap }) => `${why} (at most ${cap})`),
  ].join("; ");
  if (ENOUGH.includes(grade)) return pass(evidence);
  return fail(
    evidence,
    limits
      .map(({ whatToDo }) => whatToDo)
      .filter((each, i, all) => all.indexOf(each) === i)
      .join(" "),
  );
}
