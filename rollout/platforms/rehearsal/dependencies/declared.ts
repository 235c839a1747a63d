import { RehearsalError } from "../machine/errors.ts";
import type { StackPlan } from "../plan/describe.ts";

/** Where a server finds a service of others (infra/host/environment.ts). */
export interface DeclaredDependency {
  url: string;
  timeoutMs: number;
}

const VARIABLE = "DEPENDENCIES";

/** The services that the stack's servers ask, by name, as the captured environment files declare them. */
export function declaredIn(plan: Pick<StackPlan, "tracks">): Record<string, DeclaredDependency> {
  return Object.assign({}, ...plan.tracks.map(({ environment }) => declared(environment)));
}

function declared(environment: string): Record<string, DeclaredDependency> {
  const line = environment.split("\n").find((each) => each.startsWith(`${VARIABLE}=`));
  return line ? parsed(line.slice(VARIABLE.length + 1)) : {};
}

/** The app's environment with the stand-in's address in place of each service's own: a rehearsal asks nobody outside. */
export function withStandIn(
  environment: Record<string, string>,
  port: number | undefined,
): Record<string, string> {
  const text = environment[VARIABLE];
  if (text === undefined) return environment;
  if (port === undefined) throw new RehearsalError("the stand-in for the stack's dependencies doesn't run");
  const here = Object.entries(parsed(text)).map(([name, each]) => [
    name,
    { ...each, url: `http://127.0.0.1:${port}/${name}` },
  ]);
  return { ...environment, [VARIABLE]: JSON.stringify(Object.fromEntries(here)) };
}

function parsed(text: string): Record<string, DeclaredDependency> {
  try {
    return JSON.parse(text);
  } catch {
    throw new RehearsalError(`the servers' environment has a ${VARIABLE} that isn't JSON`);
  }
}
