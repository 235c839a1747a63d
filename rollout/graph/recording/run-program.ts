import { pathToFileURL } from "node:url";
import type { Graph } from "../model.ts";
import { type Project, readProject } from "../project.ts";
import { Tokens } from "../tokens.ts";
import { answerOf } from "./data-sources.ts";
import { graphOf } from "./graph-of.ts";
import { observe } from "./monitor.ts";
import { withoutCallStacks } from "./runtime.ts";

/**
 * Runs a project's program for a stack in this process, which should then end: the program's modules stay loaded and
 * the working folder is the project's.
 */
export async function runProgram(projectDir: string, stack: string): Promise<Graph> {
  const project = readProject(projectDir, stack);
  // The engine runs a program in its project's folder.
  process.chdir(projectDir);
  withoutCallStacks();
  const tokens = new Tokens();
  const observed = await observe(() => exportsOf(project), {
    project: project.name,
    projectDir: process.cwd(),
    stack,
    config: project.config,
    secretKeys: project.secretKeys,
    token: (urn, _name, property) => tokens.of(urn, property),
    invoke: (token, args) => answerOf(token, args, tokens),
  });
  return graphOf(observed, { project: project.name, stack, projectDir, tokens });
}

/** Runs the program as Pulumi does: a default export alone is the outputs, and called when it is a function. */
async function exportsOf({ main }: Project): Promise<unknown> {
  const exported = await import(pathToFileURL(main).href);
  if (!("default" in exported)) return { ...exported };
  return typeof exported.default === "function" ? exported.default() : exported.default;
}
