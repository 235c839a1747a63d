import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { apart } from "../../../infra/settings/cohorts/apart.ts";
import { type Condition, conditionsOf, membersText } from "../../../infra/settings/cohorts/conditions.ts";
import { parseSettings } from "../../../infra/settings/parse.ts";
import type { LedCohort } from "../../../infra/settings/schema/traffic/cohorts.ts";
import { mistakesOf, withValue } from "./with-value.ts";

const VALID = {
  tier: "beta",
  domain: "app.example.com",
  domains: [{ name: "acme.example.com" }, { name: "old.example.com", redirect: true }],
  tracks: { blue: { weight: 100 }, green: { weight: 0 }, amber: { weight: 0 } },
  stable: "blue",
};

const LIMIT = "the balancer's limit: a";

/** What one cohort is, and what is said of it. */
const CASES: [cohort: object, ...mistakes: string[]][] = [
  [{ to: "green", users: { percent: 20 } }],
  [{ host: ["acme.example.com"] }],
  [{ to: "green" }, "must say who is in it: header, cookie, host, path, network or users"],
  [
    { to: "blue", users: { percent: 20 } },
    ".to: must name a track that isn't stable, or be none (green, amber, none): stable is where everybody else is",
  ],
  [
    { to: "red", users: { percent: 20 } },
    '.to: must name a track that isn\'t stable, or be none (green, amber, none): not "red"',
  ],
  [
    { host: ["acme.example.com", "old.example.com"] },
    ".host[1]: must be a name that the stack serves (app.example.com, acme.example.com)",
  ],
  [{ host: ["*.example.com", "a??.example.com", "a*e.*.com"] }],
  [
    { host: ["?.example.com", "ac*mee.example.com", `${"*?".repeat(30)}.com`] },
    ...[0, 1, 2].map(
      (at) => `.host[${at}]: must be a name that the stack serves (app.example.com, acme.example.com)`,
    ),
    `${LIMIT} rule takes 5 wildcards, this has 62`,
  ],
  [{ path: ["/a", "/b", "/c"] }],
  [{ path: ["/a", "/b", "/c", "/d"] }, `${LIMIT} condition of a rule takes 3 values, one has 4`],
  [{ path: ["/a", "/b", "/c"], network: ["203.0.113.0/24", "192.0.2.0/24"] }],
  [
    { path: ["/a", "/b", "/c"], network: ["203.0.113.0/24", "192.0.2.0/24"], users: { percent: 1 } },
    `${LIMIT} rule takes 5 values in all, this has 6`,
  ],
  [{ path: ["/*/?"], header: { name: "x", values: ["a*", "*b"] } }],
  [
    { path: ["/*/?"], cookie: { name: "x", values: ["a"] }, header: { name: "x", values: ["**"] } },
    `${LIMIT} rule takes 5 wildcards, this has 6`,
  ],
  [
    { cookie: { name: "x".repeat(40), values: ["a".repeat(40), "b".repeat(31)] } },
    "the balancer's limit: a value or expression has at most 128 characters, one has 133",
  ],
  [{ cookie: { name: "x".repeat(40), values: ["a".repeat(40), "b".repeat(26)] } }],
];

const said = (config: object) => mistakesOf(() => parseSettings("beta", "us-east-1", config as never));

test.each(CASES)("%j", (cohort, ...mistakes) => {
  expect(said({ ...VALID, cohorts: { pilots: cohort } })).toEqual(
    mistakes.map((each) => `rollout:cohorts.pilots${each.startsWith(".") ? each : `: ${each}`}`),
  );
});

test("behind a proxy the balancer sees no client's address", () => {
  const config = { ...VALID, network: { proxies: ["203.0.113.0/24"] } };
  expect(said({ ...config, cohorts: { office: { network: ["192.0.2.0/24"] } } })).toEqual([
    "rollout:cohorts.office.network: the balancer sees the addresses of network.proxies, and no client's",
  ]);
});

test("the rules of all of them, testers, sessions and names that redirect are counted together", () => {
  const many = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, each) => [`c${each}`, { users: { percent: 1 } }]));
  // Three tracks: 6 rules of testers, 7 of sessions; one name redirects.
  expect(said({ ...VALID, cohorts: many(86) })).toEqual([]);
  expect(said({ ...VALID, cohorts: many(87) })).toEqual([
    "rollout:cohorts: the balancer takes 100 rules, these are 101: cohorts 87, testers 6, sessions 7, redirects 1",
  ]);
  expect(said({ ...VALID, stickiness: "none", cohorts: many(93) })).toEqual([]);
});

describe("two cohorts", () => {
  const together = (one: object, other: object) => said({ ...VALID, cohorts: { one, other } });
  const [green, amber] = [{ to: "green" }, { to: "amber" }];

  test("that somebody may be in lead to one track", () => {
    const percent = { users: { percent: 5 } };
    expect(together({ ...green, ...percent }, { ...green, path: ["/a"] })).toEqual([]);
    expect(together({ to: "none", ...percent }, { ...green, path: ["/a"] })).toEqual([]);
    expect(together({ ...amber, ...percent }, { ...green, path: ["/a"] })).toEqual([
      "rollout:cohorts.other.to: somebody may be in cohorts.one too, which leads to amber: lead both to one track, or keep them apart by the same key (other names, other paths, other values)",
    ]);
  });

  test.each([
    [{ path: ["/acme/*"] }, { path: ["/beta/*"] }, true],
    [{ path: ["/acme/*"] }, { path: ["/acme/b/*"] }, false],
    [{ path: ["/a*"] }, { path: ["/b", "/abc"] }, false],
    [{ path: ["/abc*"] }, { path: ["/ab", "/d"] }, true],
    [{ path: ["*"] }, { path: ["/b"] }, false],
    [{ path: ["/a"] }, { path: ["/a"] }, false],
    [{ path: ["/a"], users: { percent: 1 } }, { path: ["/b"], users: { percent: 1 } }, true],
    [{ header: { name: "X-T", values: ["a"] } }, { header: { name: "x-t", values: ["A"] } }, false],
    [{ header: { name: "X-T", values: ["a"] } }, { header: { name: "x-t", values: ["b"] } }, true],
    [{ header: { name: "x", values: ["a"] } }, { header: { name: "y", values: ["b"] } }, false],
    [{ network: ["203.0.113.0/25"] }, { network: ["203.0.113.128/25", "2001:db8::/32"] }, true],
    [{ network: ["203.0.113.0/24"] }, { network: ["203.0.113.128/25"] }, false],
    [{ network: ["203.0.113.128/25"] }, { network: ["0.0.0.0/0"] }, false],
    [{ network: ["2001:db8:1::/48"] }, { network: ["2001:db8::/32"] }, false],
  ])("%j and %j are apart: %s", (one, other, are) => {
    expect(apart(one as never, other as never)).toBe(are);
    expect(apart(other as never, one as never)).toBe(are);
  });
});

describe("the conditions", () => {
  const of = (cohort: object) => conditionsOf({ to: "green", ...cohort } as LedCohort);
  /** Who has this number is in. */
  const isIn = (percent: number, number: number) => {
    const [condition] = of({ users: { percent } }) as [Extract<Condition, { httpHeader: unknown }>];
    const [expression = ""] = condition.httpHeader.regexValues ?? [];
    return new RegExp(expression).test(`a=b; rollout-user=${String(number).padStart(2, "0")}; c=d`);
  };

  test("of a share take just so many numbers, and a growing one moves people forward only", () => {
    for (let percent = 1; percent <= 100; percent += 1) {
      const numbers = Array.from({ length: 100 }, (_, number) => number).filter((each) =>
        isIn(percent, each),
      );
      expect(numbers).toEqual(Array.from({ length: percent }, (_, number) => number));
    }
  });

  test("of a cookie take it wherever it stands, whole, and with no other's end", () => {
    const cookie = of({ cookie: { name: "plan", values: ["pro", "1.2"] } });
    const [expression = ""] = (cookie[0] as { httpHeader: { regexValues: string[] } }).httpHeader.regexValues;
    const fits = (header: string) => new RegExp(expression).test(header);
    for (const header of ["plan=pro", "a=b; plan=pro", "plan=1.2; a=b", "a=b;plan=pro;c=d"])
      expect(fits(header)).toBe(true);
    for (const header of ["plan=prof", "xplan=pro", "plan=1x2", "plan=pro.", "a=plan=pro", ""])
      expect(fits(header)).toBe(false);
  });

  const values = fc.array(fc.stringMatching(/^[A-Za-z0-9_.-]{1,10}$/), { minLength: 1, maxLength: 3 });
  test("of any cookie take its values and nothing else", () => {
    fc.assert(
      fc.property(values, fc.stringMatching(/^[A-Za-z0-9_.-]{1,10}$/), (all, other) => {
        const [condition] = of({ cookie: { name: "n", values: all } }) as [
          Extract<Condition, { httpHeader: unknown }>,
        ];
        const expression = new RegExp(condition.httpHeader.regexValues?.[0] ?? "");
        for (const value of all) expect(expression.test(`n=${value}`)).toBe(true);
        expect(expression.test(`n=${other}`)).toBe(all.includes(other));
      }),
    );
  });

  test("are told in words", () => {
    const cohort = {
      header: { name: "x-tenant", values: ["acme", "b*"] },
      path: ["/a"],
      users: { percent: 20 },
    };
    expect(membersText(of(cohort))).toBe(
      "who sends x-tenant: acme or b*, and who asks for /a, and 20 % of the users",
    );
    const kept = { cookie: { name: "plan", values: ["pro", "1.2"] }, network: ["192.0.2.0/24"] };
    expect(membersText(of(kept))).toBe("who has the cookie plan=pro or 1.2, and who comes from 192.0.2.0/24");
  });
});

test("a mistake elsewhere doesn't hide those of a cohort, and a wrong track isn't blamed on it", () => {
  const config = { ...VALID, cohorts: { pilots: {} } };
  expect(said(withValue(config, "plan", 1))).toContain(
    "rollout:cohorts.pilots: must say who is in it: header, cookie, host, path, network or users",
  );
  const wrong = { ...VALID, stable: 5, cohorts: { pilots: { to: "red", path: ["/"] } } };
  expect(said(wrong).filter((line) => line.includes("cohorts"))).toEqual([]);
});
