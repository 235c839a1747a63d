import { first } from "../../../infra/sure.ts";

/** A query is cheap or it is wrong: nobody waits longer for a checkpoint. */
const PATIENCE_MS = 15_000;

interface Answered {
  status?: string;
  error?: string;
  data?: { resultType?: string; result?: unknown };
}

/**
 * Asks a Prometheus, or whatever speaks its API, for one figure as of now (Prometheus docs, "HTTP API", instant queries).
 *
 * @param address of the server, such as `http://prometheus:9090`
 * @param token for servers that want one
 * @throws {Error} when there is no answer, or it isn't one figure: a series too many is as little evidence as none
 */
export async function askPrometheus(address: string, query: string, token?: string): Promise<number> {
  const url = new URL(`${address.replace(/(?<!\/)\/+$/, "")}/api/v1/query`);
  url.searchParams.set("query", query);
  const answer = await fetch(url, {
    headers: { accept: "application/json", ...(token && { authorization: `Bearer ${token}` }) },
    signal: AbortSignal.timeout(PATIENCE_MS),
  }).catch((error: unknown) => {
    throw new Error(`Prometheus at ${url.host} doesn't answer: ${causeOf(error)}`);
  });
  const body = (await answer.json().catch(() => ({}))) as Answered;
  if (!answer.ok || body.status !== "success")
    throw new Error(`Prometheus refuses the query: ${body.error ?? `status ${answer.status}`}`);
  return figureIn(body.data);
}

function figureIn(data: Answered["data"]): number {
  const { resultType, result } = data ?? {};
  const sample = resultType === "scalar" ? result : resultType === "vector" ? onlyOne(result) : undefined;
  if (!Array.isArray(sample)) throw new Error(`the query gives a ${resultType ?? "nothing"}, not one figure`);
  const figure = Number(sample[1]);
  // Nothing divided by nothing is NaN: no figure.
  if (!Number.isFinite(figure)) throw new Error(`the query gives ${String(sample[1])}`);
  return figure;
}

function onlyOne(result: unknown): unknown {
  const series = Array.isArray(result) ? (result as { value?: unknown }[]) : [];
  if (series.length === 0) throw new Error("the query finds no series");
  if (series.length > 1)
    throw new Error(`the query finds ${series.length} series: aggregate them, such as by sum()`);
  return first(series).value;
}

/** `fetch` hides why in the cause. */
function causeOf(error: unknown): string {
  const { cause, message } = error as Error & { cause?: { code?: string } };
  return cause?.code ?? message;
}
