import { describe, expect, test } from "vitest";
import { frozenUntil, parseFreeze } from "../../../infra/settings/freeze.ts";

const until = (window: string | string[], now: string) => {
  const end = frozenUntil([window].flat().map(parseFreeze), Date.parse(now));
  return end === undefined || end === Number.POSITIVE_INFINITY
    ? end
    : new Date(end).toISOString().replace(":00.000Z", "Z");
};

describe("a freeze window", () => {
  const weekend = "Fri 16:00 - Mon 08:00 Europe/Madrid";

  test("goes over the end of the week", () => {
    expect(until(weekend, "2026-11-20T14:59:59Z")).toBeUndefined();
    expect(until(weekend, "2026-11-20T15:00:00Z")).toBe("2026-11-23T07:00Z");
    expect(until(weekend, "2026-11-23T06:59:59Z")).toBe("2026-11-23T07:00Z");
    expect(until(weekend, "2026-11-23T07:00:00Z")).toBeUndefined();
  });

  test("follows the clock of its place into summer and out of it", () => {
    // Put forward on Sunday 29 March 2026, put back on Sunday 25 October 2026.
    expect(until(weekend, "2026-03-27T15:00:00Z")).toBe("2026-03-30T06:00Z");
    expect(until(weekend, "2026-10-23T14:00:00Z")).toBe("2026-10-26T07:00Z");
    expect(until(weekend, "2026-10-23T13:59:00Z")).toBeUndefined();
  });

  test("that ends in the hour left out ends with the jump", () => {
    expect(until("Sun 01:00 - Sun 02:30 Europe/Madrid", "2026-03-29T00:30:00Z")).toBe("2026-03-29T01:00Z");
  });

  test("that ends in the repeated hour holds in both", () => {
    const window = "Sun 01:00 - Sun 02:30 Europe/Madrid";
    expect(until(window, "2026-10-25T00:00:00Z")).toBe("2026-10-25T00:30Z");
    expect(until(window, "2026-10-25T01:15:00Z")).toBe("2026-10-25T01:30Z");
  });

  test("goes on with the next where two touch", () => {
    expect(until(["Mon 08:00 - Mon 12:00 UTC", "Mon 12:00 - Mon 13:00 UTC"], "2026-11-16T09:00:00Z")).toBe(
      "2026-11-16T13:00Z",
    );
  });

  test("knows windows that leave no time", () => {
    expect(until(["Mon 00:00 - Thu 00:00 UTC", "Wed 00:00 - Mon 00:00 UTC"], "2026-11-16T09:00:00Z")).toBe(
      Number.POSITIVE_INFINITY,
    );
  });

  test.each([
    ["Fri 16:00 - Mon 08:00 Mars/Base", "Invalid time zone"],
    ["Fri 16:00 - Fri 16:00 UTC", "must leave time to act"],
    ["Fri 16:00", "not a freeze window"],
    ["Fry 16:00 - Mon 08:00 UTC", "not a freeze window"],
  ])("%s: %s", (text, message) => {
    expect(() => parseFreeze(text)).toThrow(message);
  });
});
