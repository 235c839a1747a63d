import { writeSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { answerOf } from "./data-sources.ts";
import { graphOf } from "./graph-of.ts";
import { observe } from "./monitor.ts";
import { type Project, readProject } from "./project.ts";
import { Tokens } from "./tokens.ts";

// The capture's own process: `node child.ts PROJECT_DIR STACK`. A program that is run in the process of whoever asks
// would leave its config, its modules and its mistakes behind. The answer goes to file descriptor 3, apart from
// whatever the program prints.

/** What comes out of file descriptor 3. */
export type Answer = { graph: string } | { error: { message: string; stack?: string } };

async function capture(projectDir: string, stack: string): Promise<string> {
  const project = readProject(projectDir, stack);
  // The engine runs a program in its project's folder.
  process.chdir(projectDir);
  const tokens = new Tokens();
  const observed = await observe(() => run(project), {
    project: project.name,
    stack,
    config: project.config,
    secretKeys: project.secretKeys,
    token: (urn, _name, property) => tokens.of(urn, property),
    invoke: (token, args) => answerOf(token, args, (urn, property) => tokens.of(urn, property)),
  });
  return JSON.stringify(graphOf(observed, { project: project.name, stack, projectDir, tokens }));
}

/** Runs the program as Pulumi does: a default export alone is the outputs, and called when it is a function. */
async function run({ main }: Project): Promise<unknown> {
  const exported = await import(pathToFileURL(main).href);
  if (!("default" in exported)) return { ...exported };
  return typeof exported.default === "function" ? exported.default() : exported.default;
}

/** Mistakes that the user can mend carry no stack: our own, and those that Pulumi shows without one. */
function failureOf(error: unknown): Answer {
  if (!(error instanceof Error)) return { error: { message: String(error) } };
  const forUser = error.name === "UserError" || "__pulumiRunError" in error;
  return { error: { message: error.message, ...(forUser ? {} : { stack: error.stack }) } };
}

const [projectDir, stack] = process.argv.slice(2);
const answer: Answer = await capture(projectDir!, stack!).then((graph) => ({ graph }), failureOf);
writeAll(JSON.stringify(answer));
// Whatever the program still keeps open (a timer, a socket) must not keep the capture waiting.
process.exit("graph" in answer ? 0 : 1);

function writeAll(text: string): void {
  const bytes = Buffer.from(text);
  for (let sent = 0; sent < bytes.length; ) sent += writeSync(3, bytes, sent);
}
