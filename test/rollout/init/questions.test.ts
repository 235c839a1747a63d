import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Misuse } from "../../../rollout/errors.ts";
import { asking, usualAnswer } from "../../../rollout/init/ask.ts";
import { answersOf, missingIn, type Said } from "../../../rollout/init/questions.ts";

const DIGEST = `registry.example.com/shop@sha256:${"a".repeat(64)}`;
const GIVEN: Said = { domain: "shop.example.org", app: "../app" };

let folder: string;
beforeEach(() => {
  const above = mkdtempSync(join(tmpdir(), "questions-"));
  mkdirSync(join(above, "app"));
  writeFileSync(join(above, "app/Dockerfile"), "FROM a\nEXPOSE 4000\n");
  writeFileSync(join(above, "app/main.py"), '@app.get("/healthz")');
  folder = join(above, "My Shop_2");
  mkdirSync(folder);
});
afterEach(() => rmSync(join(folder, ".."), { recursive: true, force: true }));

describe("without questions", () => {
  test("what no option says has its default", async () => {
    const { answers, found } = await answersOf(GIVEN, folder, usualAnswer);
    expect(answers).toEqual({
      name: "my-shop-2",
      domain: "shop.example.org",
      region: "us-east-1",
      folder: "../app",
      healthPath: "/healthz",
      told: [],
      stacks: ["beta", "prod"],
      without: [],
    });
    expect(found.port).toEqual({ is: 4000, by: "EXPOSE" });
  });

  test("each answer may be an option", async () => {
    const given = {
      ...{ name: "cotizador", domain: "a.example.org", region: "eu-west-1", image: DIGEST, health: "/up" },
      ...{ told: ["ops@example.org"], stacks: ["staging", "prod", "prod"], without: ["cache", "candidate"] },
    };
    const { answers, found } = await answersOf(given, folder, refuseToAnswer);
    expect(answers).toEqual({
      ...{
        name: "cotizador",
        domain: "a.example.org",
        region: "eu-west-1",
        image: DIGEST,
        healthPath: "/up",
      },
      ...{ told: ["ops@example.org"], stacks: ["staging", "prod"], without: ["cache", "candidate"] },
    });
    expect(found).toEqual({});
  });

  test.each<[Said, string]>([
    [{ name: "Shop" }, "--name Shop: must be 1 to 31 lower-case letters, digits and -, a letter first"],
    [
      { domain: "shop" },
      "--domain shop: must be a lower-case host name with a dot, such as beta.example.com",
    ],
    [{ region: "Frankfurt" }, "--region Frankfurt: must be an AWS region such as us-east-1"],
    [
      { image: "shop:1" },
      "--image shop:1: must be pinned by digest: name@sha256:<64 hex digits> (a tag can change under you)",
    ],
    [{ app: "nowhere" }, "--app nowhere: there is no Dockerfile in that folder"],
    [{ image: DIGEST, app: "../app" }, "--app: contradicts --image, give one of them"],
    [{ health: "healthz" }, "--health healthz: must be a path of letters, digits and -._~/ such as /healthz"],
    [{ told: ["ops@example.org", "ops"] }, "--told ops: must be an e-mail address"],
    [{ without: ["waf"] }, "--without waf: must be one of cache, web-firewall, candidate"],
  ])("%j is refused", (given, message) =>
    expect(answersOf(given, folder, refuseToAnswer)).rejects.toThrow(new Misuse(message)),
  );

  test("a stack that AWS can't be named by is refused", () =>
    expect(answersOf({ stacks: ["beta", "Prod"] }, folder, refuseToAnswer)).rejects.toThrow(
      /^--stacks Prod: .*lower-case/,
    ));

  test("all mistakes are said at once", () =>
    expect(answersOf({ name: "1", told: ["a", "b"] }, folder, refuseToAnswer)).rejects.toThrow(
      /^--name 1: .+\n--told a: .+\n--told b: .+$/,
    ));

  test("a name that is too long only with the stack before it is refused", () => {
    const domain = `${"a".repeat(50)}.example.org`;
    const given = { ...GIVEN, domain, stacks: ["staging", "prod"] };
    return expect(answersOf(given, folder, usualAnswer)).rejects.toThrow(
      `--domain ${domain}: staging.${domain} must have at most 64 letters: a certificate takes no more`,
    );
  });

  test("what nobody can guess must be said", () => {
    expect(missingIn({})).toEqual([
      "--domain: must be said, such as shop.example.com",
      "--app: the folder with the app's Dockerfile must be said, or --image",
    ]);
    expect(missingIn(GIVEN)).toEqual([]);
  });
});

describe("at a terminal", () => {
  /** What is asked and answered, and what comes of it. */
  async function typed(given: Said, ...lines: string[]) {
    const [input, output] = [new PassThrough(), new PassThrough()];
    let shown = "";
    output.on("data", (chunk) => {
      shown += chunk;
    });
    const ask = asking({ input, output });
    input.end(lines.map((line) => `${line}\n`).join(""));
    try {
      return { ...(await answersOf(given, folder, ask)), shown };
    } catch (error) {
      return { answers: undefined, error: error as Error, shown };
    } finally {
      ask.close();
    }
  }

  test("each thing is asked once, and Enter takes what is in brackets", async () => {
    const { answers, shown } = await typed({}, "", "shop.example.org", "", "../app", "", "", "", "");
    expect(answers).toEqual((await answersOf(GIVEN, folder, usualAnswer)).answers);
    expect(shown.split(": ").map((each) => each.trim())).toEqual([
      "The project's name [my-shop-2]",
      "The public name, such as shop.example.com; other stacks are below it",
      "The AWS region [us-east-1]",
      "The app",
      "the folder with its Dockerfile, or an image by digest",
      "Where it answers 200 when it can serve [/healthz]",
      "E-mail addresses that are told of alarms",
      "The stacks, in the order in which a version meets them [beta prod]",
      "What is left out of cache, web-firewall, candidate",
      "",
    ]);
  });

  test("what an option says isn't asked", async () => {
    const { shown } = await typed(
      { ...GIVEN, name: "a", region: "us-east-1", health: "/a", told: [], stacks: ["prod"] },
      "",
    );
    expect(shown).toBe("What is left out of cache, web-firewall, candidate: ");
  });

  test("a bad answer is asked again, with the rule", async () => {
    const given = { ...GIVEN, name: "a", region: "us-east-1", health: "/a", stacks: ["prod"], without: [] };
    const { answers, shown } = await typed(given, "ops@example.org, ops", "ops@example.org  b@example.org");
    expect(shown).toContain("\n  ops: must be an e-mail address\n".trimStart());
    expect(answers?.told).toEqual(["ops@example.org", "b@example.org"]);
  });

  test("what has no default is asked until it is said", async () => {
    const { answers, shown } = await typed(
      { ...GIVEN, domain: undefined, name: "a" },
      "",
      "nowhere",
      "shop.example.org",
      "",
      "",
      "",
      "",
      "",
    );
    expect(shown).toContain("it has no default");
    expect(shown).toContain("must be a lower-case host name");
    expect(answers?.domain).toBe("shop.example.org");
  });

  test("an image is held to its digest, a folder to its Dockerfile", async () => {
    const { answers, shown } = await typed(
      { ...GIVEN, app: undefined, name: "a" },
      "",
      "../nothing",
      "a@sha256:1",
      DIGEST,
      "",
      "",
      "",
      "",
    );
    expect(shown).toMatch(/there is no Dockerfile in that folder[\s\S]*must be pinned by digest/);
    expect(answers?.image).toBe(DIGEST);
  });

  test("whoever leaves is told that nothing was written", async () => {
    const { error } = await typed({}, "a");
    expect(error?.message).toBe("no answer came: nothing was written");
  });
});

const refuseToAnswer = () => Promise.reject(new Error("it asks"));
