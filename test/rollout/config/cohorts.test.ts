import { expect, test } from "vitest";
import { ledIn, withCohorts, withCohortsClosed } from "../../../rollout/config/cohorts.ts";

const TEXT = `# mine
config:
  rollout:stable: blue
  rollout:cohorts:
    pilots: # who asked for it
      to: green # since Monday
      users: { percent: 20 }
    staff: { to: amber, path: [/staff/*] } # ours
    "off": { path: [/off/*] }
    later:
      path: [/later/*]
      to: none
`;
const FILE = "Pulumi.beta.yaml";

test("who is led where is read; who isn't is left out", () => {
  expect(ledIn(TEXT)).toEqual({ pilots: "green", staff: "amber" });
  expect(ledIn("config:\n  rollout:stable: blue\n")).toEqual({});
  expect(ledIn("config:\n  rollout:cohorts: 5\n")).toEqual({});
});

test("closing changes nothing else, to the byte; a second time nothing", () => {
  const closed = withCohortsClosed(TEXT, FILE);
  expect(closed).toBe(TEXT.replace("to: green", "to: none").replace("to: amber", "to: none"));
  expect(withCohortsClosed(closed, FILE)).toBe(closed);
  expect(withCohortsClosed(TEXT, FILE, "amber")).toBe(TEXT.replace("to: amber", "to: none"));
});

test("a cohort without the key gets it", () => {
  const led = withCohorts(TEXT, ["off", "later"], "green", FILE);
  expect(ledIn(led)).toEqual({ pilots: "green", staff: "amber", off: "green", later: "green" });
  expect(led).toBe(
    TEXT.replace("{ path: [/off/*] }", "{ path: [/off/*], to: green }").replace("to: none", "to: green"),
  );
});

test("one that isn't there is refused", () => {
  expect(() => withCohorts(TEXT, ["pilots", "nobody"], "green", FILE)).toThrow(
    "rollout:cohorts: there is no cohort nobody",
  );
});
