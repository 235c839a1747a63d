import { existsSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, it } from "vitest";
import { once } from "../../rollout/check/once.ts";
import { shippedGraph } from "../support/shipped-graph.ts";
import { faultsOf } from "./docs-check.ts";
import { CLIENT_TESTS, clientTest, commandsFor } from "./docs-clients.ts";
import { allCommands, blocksOf, docPages, ROOT, split } from "./docs-pages.ts";
import { playedBy, runBy, SHORT, TYPED_HERE, TYPED_ON_AWS } from "./docs-runs.ts";
import { missingIn } from "./docs-typist.ts";

// What the pages tell people to type must exist. That it works is seen by the tests that run it: see runBy.

const pages = docPages();
const outputsOf = once(async () => Object.keys((await shippedGraph("beta")).outputs));

describe.each(pages)("$name", (page) => {
  const { name, text, blocks } = page;
  it("has only commands that exist, with options that exist", async () => {
    const outputs = await outputsOf();
    const faults: string[] = [];
    for (const command of allCommands(page))
      faults.push(
        ...(await faultsOf(command, outputs)).map((fault) => `${command.at}: ${fault}: ${command.text}`),
      );
    expect(faults).toEqual([]);
  });

  it("has commands that a test runs, or only their tool could", () => {
    const runs = blocks.flatMap(({ commands }) =>
      commands.map((command) => ({ ...command, ...runBy(command) })),
    );
    const lost = runs.filter((run) => "by" in run && !existsSync(join(ROOT, run.by)));
    expect(lost.map(({ at, text }) => `${at}: ${text}`)).toEqual([]);
  });

  it("names only files that are there", () => {
    const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g)].map(([, link]) =>
      join(dirname(name), link!),
    );
    const files = [
      ...text.matchAll(/`((?:docs|infra|rollout|app|bench|test|bin|\.github)\/[\w./-]*(?:\.\w+|\/))`/g),
    ].map(([, file]) => file!);
    expect([...links, ...files].filter((file) => !existsSync(join(ROOT, normalize(file))))).toEqual([]);
  });

  it("is short enough for a bad night", () => {
    const longest = { "README.md": 250, "ARCHITECTURE.md": 150, "docs/config.md": 400 }[name] ?? 135;
    expect(text.split("\n").length).toBeLessThanOrEqual(longest);
  });
});

it("the tasks have only commands that another page has, where a test types them", () => {
  const others = pages.filter(({ name }) => name !== SHORT).flatMap(allCommands);
  const known = new Set(others.map(({ text }) => text));
  const own = allCommands(pages.find(({ name }) => name === SHORT)!);
  expect(own.length).toBeGreaterThan(20);
  expect(own.filter(({ text }) => !known.has(text)).map(({ at, text }) => `${at}: ${text}`)).toEqual([]);
});

describe("the commands of clients that reach out", () => {
  it.each(Object.values(CLIENT_TESTS))("are typed by %s", (test) => {
    expect(existsSync(join(ROOT, test))).toBe(true);
    expect(commandsFor(test)).not.toEqual([]);
  });

  it.each([
    ["npx pulumi up -s beta", CLIENT_TESTS.pulumi],
    ["pulumi up -s beta", CLIENT_TESTS.pulumi],
    ["gh workflow run a.yml", CLIENT_TESTS.gh],
    ["aws s3 ls", CLIENT_TESTS.aws],
    ["bin/rollout preview --base main", CLIENT_TESTS.preview],
    ["bin/rollout status --stack beta --on aws", undefined],
    ["npx vitest", undefined],
  ])("%s: %s", (line, test) => {
    const [block] = blocksOf("page.md", `\`\`\`sh\n${line}\n\`\`\``);
    expect(clientTest(block!.commands[0]!)).toBe(test);
  });
});

describe("the check itself", () => {
  const fault = async (line: string) => {
    const [block] = blocksOf("page.md", `\`\`\`sh\n${line}\n\`\`\``);
    return (await faultsOf(block!.commands[0]!, ["url"])).join("; ");
  };
  it.each([
    ["bin/rollout rolback --stack beta", "rollout has no verb rolback"],
    ["bin/rollout status --stack beta --wacth", "error: unknown option '--wacth'"],
    ["bin/rollout drill restor --stack beta", "error: unknown command 'restor'"],
    ["bin/rollout status", "which stack? --stack is missing"],
    ["bin/rollout status --stack gamma", "there is no stack gamma"],
    ["bin/rollout shift blue=50 red=50 --stack beta", "beta has no track red"],
    ["bin/rollout maintenance of --stack beta", "Allowed choices are on, off"],
    ["npx pulumi config set -s beta rollout:maintenence true", "config has no key maintenence"],
    ["npx pulumi stack output -s beta urls", "the program has no output urls"],
    ["npm run drils", "package.json has no script drils"],
    ["npx vitest run --project units", "there is no suite units"],
    ["npx vitest run --project unit test/rollout/doc.test.ts", "there is no test/rollout/doc.test.ts"],
    ["gh workflow run release.yml --field candidat=green", "release.yml has no input candidat"],
    ["sudo reboot", "nobody knows how to check sudo"],
  ])("finds what is wrong with %s", async (line, message) => {
    expect(await fault(line)).toContain(message);
  });

  it("reads a block as a shell does", () => {
    const text = "```sh\n# by hand\na 'b c' --d \"e f\" \\\n  g # exit code 1\n```\n```text\nout\n```\n";
    const [{ commands, output }] = blocksOf("page.md", text) as [ReturnType<typeof blocksOf>[0]];
    expect(commands).toMatchObject([
      { at: "page.md:3", words: ["a", "b c", "--d", "e f", "g"], exitCode: 1 },
    ]);
    expect(output).toEqual(["out"]);
    expect(() => split("a 'b")).toThrow("a quote that doesn't end");
  });

  it("finds the commands of the text too, where they stand", () => {
    const text =
      "# A\n```sh\nbin/a b\n```\nThen `bin/c d` and `x`\nor `npx pulumi up`.\n\n  ```sh\n  bin/e f\n  ```\n";
    const page = { name: "page.md", text, blocks: blocksOf("page.md", text) };
    expect(allCommands(page).map(({ at, text }) => [at, text])).toEqual([
      ["page.md:3", "bin/a b"],
      ["page.md:5", "bin/c d"],
      ["page.md:6", "npx pulumi up"],
      ["page.md:9", "bin/e f"],
    ]);
  });

  it("gives each typist its own commands and lines", () => {
    const here = "a --stack beta\n";
    const there = "b --stack prod --on aws\n";
    const page = (commands: string) => {
      const text = `\`\`\`sh\n${commands}\`\`\`\n\`\`\`text\nbeta: on\nprod: on\nwell\n\`\`\`\n`;
      return { name: "page.md", text, blocks: blocksOf("page.md", text) };
    };
    const lines = (test: string, commands: string) => playedBy(test, page(commands))[0]!.output;
    expect(playedBy(TYPED_ON_AWS, page(here + there))[0]!.commands.map(({ words }) => words[0])).toEqual([
      "b",
    ]);
    expect(lines(TYPED_ON_AWS, here + there)).toEqual(["prod: on"]);
    expect(lines(TYPED_HERE, here + there)).toEqual(["beta: on", "well"]);
    expect(lines(TYPED_ON_AWS, there)).toEqual(["beta: on", "prod: on", "well"]);
    expect(lines(TYPED_HERE, there)).toEqual([]);
  });

  it("takes another time, figure or person for the same line, and nothing else", () => {
    const missing = (line: string, said: string) => missingIn({ output: [line] }, [said]);
    expect(missing("told root@vm (process 20055)", "x\ntold ann@a-1.example (process 7)\n")).toEqual([]);
    expect(missing("RTO 4.5 s", "RTO 12 s (restore 1 s)")).toEqual([]);
    expect(missing("real    ####......  blue 90", "real   ###.........  blue 75")).toEqual([]);
    expect(missing("beta is down. Its logs: ...", "beta is down. Its logs: /x")).toEqual([]);
    expect(missing("blue: passed", "blue: FAILED")).toEqual(["blue: passed"]);
  });
});
