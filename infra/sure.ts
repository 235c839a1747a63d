/*
 * What the code knows to be there and a type can't say. Where it isn't there after all the error says so at once, with what
 * was looked for; it is a mistake of ours, not of a user's.
 */

/** @throws {RangeError} for an empty list */
export function first<T>(list: ArrayLike<T>): T {
  return nth(list, 0);
}

/** @throws {RangeError} for an empty list */
export function last<T>(list: ArrayLike<T>): T {
  return nth(list, list.length - 1);
}

/** @throws {RangeError} outside of the list */
export function nth<T>(list: ArrayLike<T>, index: number): T {
  if (index < 0 || index >= list.length)
    throw new RangeError(`there is no item ${index} among ${list.length}`);
  return list[index] as T;
}

/** @throws {RangeError} for a key that isn't in the map */
export function entry<K, V>(map: ReadonlyMap<K, V>, key: K): V {
  if (!map.has(key)) throw new RangeError(`there is no entry ${String(key)}`);
  return map.get(key) as V;
}

/** @throws {RangeError} for a key that isn't the record's own */
export function member<V>(record: Readonly<Record<string, V>>, key: string): V {
  if (!Object.hasOwn(record, key)) throw new RangeError(`there is no member ${key}`);
  return record[key] as V;
}

/** @param what names the value in the error @throws {RangeError} where there is none */
export function given<T>(value: T, what: string): NonNullable<T> {
  if (value === undefined || value === null) throw new RangeError(`there is no ${what}`);
  return value;
}

/** A text up to its first separator, whole without one. */
export function upTo(text: string, separator: string | RegExp): string {
  return first(text.split(separator));
}

/** A text after its last separator, whole without one. */
export function afterLast(text: string, separator: string): string {
  return last(text.split(separator));
}
