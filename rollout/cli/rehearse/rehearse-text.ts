import { shellWord } from "../../../infra/host/shell-word.ts";
import { first, nth } from "../../../infra/sure.ts";
import { ledText } from "../../core/reading.ts";
import type { ProcessStatus, ServerStatus, Status } from "../../platforms/rehearsal/index.ts";
import { ageText } from "../../visit/text.ts";

/** What a person needs after `up`: where it is, how to trust it, and what runs where. */
export function upText(status: Status): string {
  const { url, caFile, domain, port, stack, logs } = status;
  return `${statusText(status)}
Trust its certificate:  curl --cacert ${typed(caFile)} ${url}/
By its own name:        curl --cacert ${typed(caFile)} --resolve ${domain}:${port}:127.0.0.1 https://${domain}:${port}/
Logs:                   ${logs}
Take it down:           rollout rehearse down --stack ${stack}
`;
}

/** A path as it is typed; quoted only where the shell would take it for something else. */
function typed(path: string): string {
  return /^[\w./:@%+=,-]+$/.test(path) ? path : shellWord(path);
}

export function statusText(status: Status): string {
  const { stack, url, database, cache, balancer } = status;
  const rows = [
    ["what", "port", "pid", "state"],
    ["balancer", String(balancer.port), pid(balancer.pid), balancer.pid ? "up" : "down"],
    ...status.servers.map(serverRow),
    ["database", String(database.port), pid(database.pid), database.pid ? "up" : "down"],
    ...(cache ? [["cache", String(cache.port), pid(cache.pid), cache.pid ? "up" : "down"]] : []),
  ];
  return [
    `${stack} is ${allRun(status) ? "up" : "partly down"}: ${url}${status.maintenance ? " (maintenance)" : ""}`,
    ...unserved(status),
    `split: ${splitText(status)}`,
    ...(status.draining === undefined ? [] : [`drains: ${status.draining} keeps its sessions`]),
    ...(Object.keys(status.cohorts ?? {}).length > 0 ? [`led: ${ledText(status.cohorts ?? {})}`] : []),
    ...Object.entries(status.tracks ?? {}).map(
      ([track, { requests, failures }]) => `${track}: ${requests} requests, ${failures} failed`,
    ),
    ...status.unreadable.map((reason) => `can't be read: ${reason}`),
    "",
    table(rows),
    ...(status.processes.length > 0 ? ["", table(processRows(status.processes, Date.now()))] : []),
    "",
  ].join("\n");
}

function processRows(processes: readonly ProcessStatus[], now: number): string[][] {
  return [
    ["process", "track", "version", "state"],
    ...processes.map((each) => [each.name, each.track || "-", each.version ?? "-", stateText(each, now)]),
  ];
}

function stateText(process: ProcessStatus, now: number): string {
  if (process.kind === "worker") {
    const { running, ending, since, restarts } = process;
    const many = [running && `${running} running`, ending && `${ending} ending`].filter(Boolean).join(", ");
    return `${many} since ${momentText(since, now)}, ${restarts} ${restarts === 1 ? "restart" : "restarts"}`;
  }
  const { since, schedule, next } = process;
  const state = since ? `runs since ${momentText(since, now)}, ` : "";
  const when = Date.parse(next) > now ? `at ${next.slice(0, 16)}Z` : "due";
  return `${state}next run ${when}, ${schedule}`;
}

/** To the second, and how long ago. */
function momentText(at: string, now: number): string {
  return `${at.slice(0, 19)}Z (${ageText(now - Date.parse(at))})`;
}

/** What is missing of it, another `up` starts. */
function allRun(status: Status): boolean {
  const { servers, database, cache, balancer } = status;
  const single = [database, ...(cache ? [cache] : []), balancer].every(({ pid }) => pid);
  return single && servers.every(({ pids }) => pids.nginx && pids.app) && unserved(status).length === 0;
}

/** Tracks that have users and nobody to answer them. */
function unserved({ real, asked, cohorts = {}, servers }: Status): string[] {
  const isServed = (name: string) => servers.some(({ track, healthy }) => track === name && healthy);
  const carrying = Object.entries(real ?? asked ?? {}).filter(([, share]) => share > 0);
  return [
    ...carrying
      .filter(([name]) => !isServed(name))
      .map(([name, share]) => `nobody serves ${name}: ${share} % of the users get 502 or 503`),
    ...Object.entries(cohorts)
      .filter(([, track]) => !isServed(track))
      .map(([cohort, track]) => `nobody serves ${track}: the cohort ${cohort} gets 502 or 503`),
  ];
}

/** One figure where config and balancer agree, both where they don't. */
function splitText({ asked, real }: Status): string {
  const tracks = [...new Set([...Object.keys(asked ?? {}), ...Object.keys(real ?? {})])].sort();
  return tracks
    .map((track) => {
      const is = real ? `${real[track] ?? 0} %` : "unknown";
      const should = asked ? `${asked[track] ?? 0} %` : is;
      return is === should ? `${track} ${is}` : `${track} ${is} (config: ${should})`;
    })
    .join(", ");
}

function serverRow({ id, port, pids, healthy, balancer }: ServerStatus): string[] {
  const seen = balancer ? `, ${balancer.status} in the balancer, ${balancer.requests} requests` : "";
  return [
    id,
    String(port),
    `${pid(pids.nginx)}+${pid(pids.app)}`,
    `${healthy ? "healthy" : "unhealthy"}${seen}`,
  ];
}

function pid(number: number | undefined): string {
  return number === undefined ? "-" : String(number);
}

function table(rows: string[][]): string {
  const widths = first(rows).map((_, column) => Math.max(...rows.map((row) => nth(row, column).length)));
  return rows
    .map((row) => `  ${row.map((cell, column) => cell.padEnd(nth(widths, column))).join("  ")}`.trimEnd())
    .join("\n");
}
