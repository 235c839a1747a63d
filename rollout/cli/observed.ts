import type { JournalEntry, Platform } from "../platforms/platform.ts";

/**
 * The same platform, which says each entry as it comes to be in the journal.
 *
 * @param leave aborts to end the run between two steps, as if its lock were lost; the rollout stays as it is
 */
export function observed(
  platform: Platform,
  said: (entry: JournalEntry) => void,
  leave: AbortSignal,
): Platform {
  const { journal } = platform;
  const telling: Platform["journal"] = {
    read: () => journal.read(),
    async lock(owner) {
      const lock = await journal.lock(owner);
      return { lost: AbortSignal.any([lock.lost, leave]), release: () => lock.release() };
    },
    async append(entry, version) {
      const next = await journal.append(entry, version);
      said(entry);
      return next;
    },
  };
  return new Proxy(platform, {
    get(target, key) {
      if (key === "journal") return telling;
      const value = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
