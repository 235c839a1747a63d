import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PACKAGE_FOLDER } from "../../infra/package-folder.ts";
import type { Answers } from "./answers.ts";
import type { Found } from "./found/found.ts";
import { stackFile } from "./stack-file.ts";

/** A file of a new project, by its path. */
export type Files = Record<string, { text: string; runs?: boolean }>;

/** A `package.json`. */
export interface Manifest {
  name?: string;
  version?: string;
  dependencies?: Record<string, string>;
  [key: string]: unknown;
}

/** The package that this is. */
export function ownManifest(): Required<Pick<Manifest, "name" | "version" | "dependencies">> & Manifest {
  return JSON.parse(readFileSync(join(PACKAGE_FOLDER, "package.json"), "utf8"));
}

/**
 * All files of a new project.
 *
 * @param source where npm finds our package: a version, or a file
 * @param before the `package.json` that is there, if one is: its own keys stay
 */
export function filesOf(answers: Answers, found: Found, source: string, before: Manifest = {}): Files {
  return {
    "package.json": { text: `${JSON.stringify(manifestOf(answers, source, before), null, 2)}\n` },
    "Pulumi.yaml": { text: projectFile(answers) },
    ...Object.fromEntries(
      answers.stacks.flatMap((stack) => [
        [`Pulumi.${stack}.yaml`, { text: stackFile(stack, answers, found) }],
        [`flags.${stack}.yaml`, { text: flagsFile(stack) }],
      ]),
    ),
    "phases.yaml": { text: phasesFile(answers) },
    [MAIN]: { text: PROGRAM },
    "test/stacks.test.ts": { text: TESTS },
    "tsconfig.json": { text: TSCONFIG },
    ".gitignore": { text: "node_modules/\n.rehearsal/\n.cache/\n.secrets.*.env\n" },
    ...commands(answers),
    ...workflows(answers),
  };
}

/** The `package.json` of a new project. */
export function manifestOf({ name }: Pick<Answers, "name">, source: string, before: Manifest = {}): Manifest {
  const { name: own, dependencies, devDependencies } = ownManifest();
  const versions = { ...(devDependencies as Record<string, string>), ...dependencies };
  const pick = (...names: string[]) => Object.fromEntries(names.map((each) => [each, versions[each] ?? "*"]));
  return {
    name,
    private: true,
    ...before,
    type: "module",
    main: MAIN,
    dependencies: {
      ...before.dependencies,
      // The same versions as ours: two copies of Pulumi's SDK in one program don't know each other's resources.
      ...pick("@pulumi/aws", "@pulumi/pulumi"),
      [own]: source,
    },
    devDependencies: { ...(before.devDependencies as object), ...pick("@types/node", "node", "typescript") },
    allowScripts: { node: true, protobufjs: false },
  };
}

function projectFile({ name, domain }: Answers): string {
  return `name: ${name}
description: The servers, database, cache and weighted traffic of ${domain}
runtime:
  name: nodejs
  options:
    # Node 22.18 and later run TypeScript by themselves; types are checked by bin/test.
    typescript: false
    # Leaves out what takes most of the time to load.
    nodeargs: --import rollout-stack/ahead
`;
}

function flagsFile(stack: string): string {
  return `# Feature flags of ${stack}; \`pulumi up -s ${stack}\` deploys them through AppConfig. docs/README.md of the package has their form:
#   new_checkout: { description: The shorter checkout, owner: product, until: 2027-06-30, enabled: true, percent: 10 }
flags: {}
`;
}

function phasesFile({ stacks }: Answers): string {
  const phase = (stack: string, at: number) => `  ${stack}:
    description: ${at < stacks.length - 1 ? `Those who use ${stack}, before ${stacks[at + 1]} has it` : "Everybody"}
    stack: ${stack}
    cohort: { everybody: true }
    entry: # what must be true; the names are yours, their values come from FILE
      - automated_tests_passed == true
`;
  return `# The phases of a launch, in order, and what must be true before each: \`bin/rollout phases --metrics FILE\` judges them.
phases:
${stacks.map(phase).join("")}`;
}

export const MAIN = "infra/index.ts";

/** The program that a team begins with. */
export const PROGRAM = `import { stack } from "rollout-stack";

// The environment that the stack's config describes. Add resources of your own beside it:
//
//   const exports = new aws.s3.Bucket("exports"); // import * as aws from "@pulumi/aws";
//
// and change any of ours by its name without the stack's (\`bin/rollout graph --stack NAME\` lists them):
//
//   stack({ override: { database: (properties) => ({ ...properties, backupWindow: "03:00-03:30" }) } })
//
// The outputs are what \`bin/rollout\` reads: export all of them, and yours.
export default { ...stack() };
`;

const TESTS = `import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import { configMistakes, policyMistakes, stacksOf } from "rollout-stack/testing";

// What must hold of the stacks that there are; bin/test runs it, and one rehearsal.
const project = join(import.meta.dirname, "..");

for (const stack of stacksOf(project)) {
  describe(stack, () => {
    test("its config is sound", () => assert.deepEqual(configMistakes(project, stack), []));

    test("what it registers, with what is ours alone, breaks no policy", async () =>
      assert.deepEqual(await policyMistakes(project, stack), []));
  });
}

test("a config that is wrong is refused", () => assert.notDeepEqual(configMistakes(project, "nobody"), []));
`;

const TSCONFIG = `{
  "compilerOptions": {
    "target": "es2024",
    "module": "nodenext",
    "types": ["node"],
    "strict": true,
    "erasableSyntaxOnly": true,
    "verbatimModuleSyntax": true,
    "allowImportingTsExtensions": true,
    "noEmit": true,
    "skipLibCheck": true
  },
  "include": ["infra", "test"]
}
`;

/** The commands of the package where the workflows and a person look for them. */
function commands({ stacks: [first] }: Answers): Files {
  const passing = (name: string) => ({
    text: `#!/bin/sh
# The package's own: node_modules/rollout-stack/bin/${name}
cd "$(dirname -- "$0")/.." && exec node_modules/rollout-stack/bin/${name} "$@"
`,
    runs: true,
  });
  return {
    "bin/rollout": passing("rollout"),
    "bin/rehearse": passing("rehearse"),
    "bin/smoke": passing("smoke"),
    "bin/test": {
      text: `#!/bin/sh
# All that must hold of this repository's stacks: types, config, policies, and one rehearsal.
set -eu
cd "$(dirname -- "$0")/.."
[ -d node_modules ] || npm ci --no-audit --no-fund
PATH=$PWD/node_modules/.bin:$PATH
tsc
node --test
bin/rehearse ${first} --seconds 2 --rate 20
`,
      runs: true,
    },
  };
}

/** The workflows are the package's, but for where its policies are and which stack is everybody's. */
function workflows({ stacks }: Answers): Files {
  const folder = join(PACKAGE_FOLDER, ".github");
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile() && each.name !== "drills.yml")
    .map((each) => join(each.parentPath, each.name));
  return Object.fromEntries(
    names.map((file) => {
      const path = file.slice(PACKAGE_FOLDER.length + 1);
      const text = readFileSync(file, "utf8")
        .replaceAll("infra/policy/pack", `node_modules/${ownManifest().name}/dist/infra/policy/pack`)
        .replace("default: prod", `default: ${stacks.at(-1)}`);
      return [path, { text, runs: path.startsWith(".github/scripts/") }];
    }),
  );
}
