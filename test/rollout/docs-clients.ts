import { allCommands, type DocCommand, docPages } from "./docs-pages.ts";

/** Of each test that types commands of a client that reaches out: Pulumi's, GitHub's, AWS's, git's. */
export const CLIENT_TESTS = {
  pulumi: "test/engine/docs.test.ts",
  gh: "test/infra/workflows/dispatch.test.ts",
  aws: "test/aws/clients.test.ts",
  preview: "test/rollout/preview/docs.test.ts",
} as const;

export type ClientTest = (typeof CLIENT_TESTS)[keyof typeof CLIENT_TESTS];

/** The test that types a command; undefined: none of these. */
export function clientTest({ words }: DocCommand): ClientTest | undefined {
  const [tool, verb] = words;
  if (tool === "pulumi" || (tool === "npx" && verb === "pulumi")) return CLIENT_TESTS.pulumi;
  if (tool === "bin/rollout" && verb === "preview") return CLIENT_TESTS.preview;
  return tool === "gh" || tool === "aws" ? CLIENT_TESTS[tool] : undefined;
}

/** What a test has to type of each page that has something for it, in the order of the page. */
export function commandsFor(test: ClientTest): { name: string; commands: DocCommand[] }[] {
  return docPages()
    .map((page) => ({
      name: page.name,
      commands: allCommands(page).filter((command) => clientTest(command) === test),
    }))
    .filter(({ commands }) => commands.length > 0);
}
