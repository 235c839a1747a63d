import { entry, first } from "../../../infra/sure.ts";
import { isObject, type Shown } from "../shown.ts";

/** One place where two values differ; undefined where there is nothing on that side. */
export interface Difference {
  path: string;
  before?: Shown;
  after?: Shown;
}

/**
 * Where two values differ, leaf by leaf. Lists are compared as sets, as AWS keeps nearly all of them: an element by what
 * names it, else by its content, never by its place, so that a new first element isn't a change of every other.
 */
export function differences(before: Shown | undefined, after: Shown | undefined, path = ""): Difference[] {
  if (same(before, after)) return [];
  if (isObject(before) && isObject(after)) {
    return [...new Set([...Object.keys(before), ...Object.keys(after)])]
      .toSorted()
      .flatMap((key) => differences(before[key], after[key], path ? `${path}.${key}` : key));
  }
  if (Array.isArray(before) && Array.isArray(after)) return ofLists(before, after, path);
  return [{ path, before, after }];
}

function ofLists(before: Shown[], after: Shown[], path: string): Difference[] {
  const gone = without(before, after);
  const come = without(after, before);
  if (gone.length === 0 && come.length === 0) return [];
  if (![...gone, ...come].every(isObject)) return [{ path, before, after }];
  const old = named(gone);
  const now = named(come);
  if (!old || !now) {
    const paired = alike(gone, come);
    if (paired) return onlyOnce(paired.flatMap(([one, other]) => differences(one, other, path)));
    return [...gone.map((each) => ({ path, before: each })), ...come.map((each) => ({ path, after: each }))];
  }
  const [lost, found] = [
    [...old.keys()].filter((each) => !now.has(each)),
    [...now.keys()].filter((each) => !old.has(each)),
  ];
  // One that is only called something else is the same.
  if (lost.length === 1 && found.length === 1) {
    const [was, is] = [entry(old, first(lost)), entry(now, first(found))];
    const others = [...old.keys()].filter((each) => each !== lost[0]);
    if (isAlike(was, is))
      return [
        ...differences(was, is, path),
        ...others.flatMap((name) => differences(old.get(name), now.get(name), `${path}[${name}]`)),
      ];
  }
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((name) =>
    differences(old.get(name), now.get(name), `${path}[${name}]`),
  );
}

/** Which element became which, where none has a name: each by what it has most in common with; undefined when that isn't clear. */
function alike(gone: Shown[], come: Shown[]): [Shown, Shown][] | undefined {
  if (gone.length !== come.length) return undefined;
  const left = [...come];
  const paired = gone.map((one): [Shown, Shown] => {
    const best = left.reduce(
      (most, each) => (common(one, each) > common(one, most) ? each : most),
      first(left),
    );
    left.splice(left.indexOf(best), 1);
    return [one, best];
  });
  return gone.length === 1 || paired.every(([one, other]) => isAlike(one, other)) ? paired : undefined;
}

/** At least half of what either has is the same. */
function isAlike(one: Shown, other: Shown): boolean {
  return common(one, other) >= Math.max(fieldsOf(one), fieldsOf(other)) / 2;
}

function common(one: Shown, other: Shown): number {
  if (!isObject(one) || !isObject(other)) return 0;
  return Object.keys(one).filter((key) => key in other && same(one[key], other[key])).length;
}

function fieldsOf(value: Shown): number {
  return isObject(value) ? Object.keys(value).length : 1;
}

/** The same in each of several elements is told once. */
function onlyOnce(all: Difference[]): Difference[] {
  return [...new Map(all.map((each) => [JSON.stringify(each), each])).values()];
}

/** The elements of the one list that aren't in the other, counted. */
function without(these: Shown[], those: Shown[]): Shown[] {
  const left = new Map<string, number>();
  for (const each of those) left.set(canonical(each), (left.get(canonical(each)) ?? 0) + 1);
  return these.filter((each) => {
    const key = canonical(each);
    const count = left.get(key) ?? 0;
    if (count > 0) left.set(key, count - 1);
    return count === 0;
  });
}

/** What tells elements of AWS's lists apart. */
const NAMES = ["name", "ruleName", "key", "id", "Sid", "deviceName", "resourceType", "targetGroupArn", "arn"];

function named(elements: Shown[]): Map<string, Shown> | undefined {
  const key = NAMES.find((each) =>
    elements.every((element) => isObject(element) && typeof element[each] === "string"),
  );
  if (key === undefined) return undefined;
  const byName = new Map(elements.map((each) => [String((each as { [key: string]: Shown })[key]), each]));
  return byName.size === elements.length ? byName : undefined;
}

function same(a: Shown | undefined, b: Shown | undefined): boolean {
  return canonical(a) === canonical(b);
}

/** JSON with keys and lists in order: the same text for what means the same. `null` and nothing are the same. */
export function canonical(value: Shown | undefined): string {
  if (Array.isArray(value)) return `[${value.map(canonical).toSorted().join()}]`;
  if (isObject(value)) {
    const fields = Object.keys(value)
      .filter((key) => value[key] !== null && value[key] !== undefined)
      .toSorted();
    return `{${fields.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join()}}`;
  }
  return JSON.stringify(value ?? null);
}
