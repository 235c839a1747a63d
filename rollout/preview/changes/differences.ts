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
    if (gone.length === 1 && come.length === 1) return differences(gone[0], come[0], path);
    return [...gone.map((each) => ({ path, before: each })), ...come.map((each) => ({ path, after: each }))];
  }
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((name) =>
    differences(old.get(name), now.get(name), `${path}[${name}]`),
  );
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
