import { gunzipSync } from "node:zlib";
import type { SmokeTest } from "../../../../infra/settings/schema/asked/smoke.ts";
import type { Reply } from "../../../smoke/client.ts";
import { wrongWith } from "../../../smoke/judge.ts";
import { titleOf } from "../../../smoke/run.ts";
import type { CheckStatus } from "../../record.ts";

/** `reply NUMBER EXIT SECONDS HEADERS BODY whole|cut`, as smoke-script.ts prints it. */
const REPLY = /^reply (\d+) (\d+) ([\d.]*) (\S+) (\S+) (whole|cut)$/;

/**
 * Judges what the application on the copy answered.
 *
 * @param track whose server was asked
 * @throws {Error} when a test wasn't asked
 */
export function judgeReplies(
  stdout: string,
  tests: readonly SmokeTest[],
  track: string,
): { verdict: CheckStatus; details: string } {
  const lines = stdout.split("\n");
  const version = lines.find((line) => line.startsWith("version "))?.slice("version ".length) ?? "";
  const told = new Map(
    lines.flatMap((line) => [REPLY.exec(line) ?? []]).map((match) => [Number(match[1]), match]),
  );
  const results = tests.map((test, index) => {
    const match = told.get(index);
    if (!match) throw new Error(`nothing is known of ${titleOf(test)}`);
    return resultOf(test, match, { track, versions: { [track]: version } });
  });
  const verdicts = results.map(({ verdict }) => verdict);
  const verdict = verdicts.includes("fail") ? "fail" : verdicts.includes("unknown") ? "unknown" : "pass";
  return { verdict, details: results.map(({ line }) => line).join(", ") };
}

function resultOf(
  test: SmokeTest,
  [, , exit, seconds, headers = "", body = "", part]: readonly string[],
  asked: Parameters<typeof wrongWith>[2],
): { verdict: CheckStatus; line: string } {
  const title = titleOf(test);
  if (exit !== "0") return { verdict: "fail", line: `${title}: FAILED, no answer (curl ended with ${exit})` };
  const reply = replyOf(headers, body, Number(seconds) * 1000);
  const wrong = wrongWith(test, reply, asked);
  if (wrong.length === 0)
    return { verdict: "pass", line: `${title}: ${reply.status} in ${Math.round(reply.ms)} ms` };
  // The rest of the body may hold what is missing.
  const good = [test.expect.status].flat().includes(reply.status);
  if (part === "cut" && good)
    return { verdict: "unknown", line: `${title}: unknown, its answer is too long to be read from there` };
  return { verdict: "fail", line: `${title}: FAILED, ${wrong.join("; ")}` };
}

function replyOf(packedHeaders: string, packedBody: string, ms: number): Reply {
  const text = (packed: string) => gunzipSync(Buffer.from(packed, "base64")).toString("utf8");
  const [first = "", ...lines] = text(packedHeaders).trim().split(/\r?\n/);
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const at = line.indexOf(":");
    const name = line.slice(0, at).trim().toLowerCase();
    const value = line.slice(at + 1).trim();
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  return { status: Number(first.split(" ")[1]), headers, body: text(packedBody), ms };
}
