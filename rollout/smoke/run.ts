import { milliseconds } from "../../infra/settings/duration.ts";
import type { SmokeTest } from "../../infra/settings/schema/asked/smoke.ts";
import { ask, type Door, type Reply } from "./client.ts";
import { type Expected, isMaintenance, wrongWith } from "./judge.ts";

export interface SmokeOptions extends Expected {
  door: Door;
  tests: readonly SmokeTest[];
  /** What lets an operator in during maintenance. Asked for only then. Rejects when it can't be had. */
  operatorToken?: () => Promise<string>;
}

export interface SmokeResult {
  passed: boolean;
  /** A line for each test, also the good ones. */
  details: string[];
  /** Of the track that was asked. */
  version?: string;
}

/** How a tester's request says which track it is for (the balancer's rules). */
const TESTER_HEADER = "x-rollout-track";
const OPERATOR_HEADER = "x-rollout-operator";

/**
 * Asks a service what config declares: a track as a tester does, by header, whatever its weight; or without a track as
 * its users do. A test that gets no answer has failed. During maintenance the requests show the operators' token: a
 * breaking release is tested before users come back.
 */
export async function runSmoke(options: SmokeOptions): Promise<SmokeResult> {
  const { track, versions, tests } = options;
  const send = sender(options);
  const results: { passed: boolean; line: string }[] = [];
  for (const test of tests) results.push(await outcomeOf(test, send, options));
  const version = track === undefined ? undefined : versions[track];
  return {
    passed: results.length > 0 && results.every(({ passed }) => passed),
    details: results.map(({ line }) => line),
    ...(version !== undefined && { version }),
  };
}

type Send = (test: SmokeTest) => Promise<Reply>;

async function outcomeOf(
  test: SmokeTest,
  send: Send,
  asked: Expected,
): Promise<{ passed: boolean; line: string }> {
  const what = titleOf(test);
  let slowest = 0;
  let status = 0;
  for (let time = 0; time < test.times; time++) {
    try {
      const reply = await send(test);
      const wrong = wrongWith(test, reply, asked);
      if (wrong.length > 0) return { passed: false, line: `${what}: FAILED, ${wrong.join("; ")}` };
      slowest = Math.max(slowest, reply.ms);
      status = reply.status;
    } catch (error) {
      return { passed: false, line: `${what}: FAILED, ${reasonOf(error)}` };
    }
  }
  const times = test.times > 1 ? `, ${test.times} times` : "";
  return { passed: true, line: `${what}: ${status} in ${Math.round(slowest)} ms${times}` };
}

export function titleOf({ name, method, path }: SmokeTest): string {
  return name ? `${name} (${method} ${path})` : `${method} ${path}`;
}

/** Once maintenance was met, the rest shows the token at once. */
function sender({ door, track, operatorToken }: SmokeOptions): Send {
  let token: string | undefined;
  const send = ({ method, path, body, within }: SmokeTest) =>
    ask(door, {
      method,
      path,
      headers: {
        ...(track !== undefined && { [TESTER_HEADER]: track }),
        ...(token !== undefined && { [OPERATOR_HEADER]: token }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      withinMs: milliseconds(within),
    });
  return async (test) => {
    const reply = await send(test);
    if (!isMaintenance(reply) || token !== undefined || !operatorToken) return reply;
    token = await operatorToken().catch(() => undefined);
    return token === undefined ? reply : send(test);
  };
}

function reasonOf(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException;
  return message || code || String(error);
}
