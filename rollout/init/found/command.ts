/** A server that takes its port from its command line, or from nothing at all: what says where it listens. */
const SERVERS: [program: RegExp, host: string, port: string][] = [
  [/^uvicorn$/, "--host", "--port"],
  [/^fastapi$/, "--host", "--port"],
  [/^flask$/, "--host", "--port"],
  [/^daphne$/, "-b", "-p"],
  [/^waitress-serve$/, "--host", "--port"],
  [/^(next|nuxt)$/, "-H", "-p"],
];

/**
 * What starts the app in the rehearsal, where several share a machine: its command, with places for host and port. A server
 * whose command names no port is told it in the words that it knows; who reads `PORT` of the environment finds it there.
 */
export function rehearsed(command: string[], port: number | undefined): string[] {
  const placed = command.map((word) => inPlace(word, port));
  const at = placed.findIndex((word) => SERVERS.some(([program]) => program.test(word)));
  const server = SERVERS.find(([program]) => program.test(placed[at] ?? ""));
  if (!server || placed.some((word) => word.includes("{port}"))) return placed;
  const [, host, flag] = server;
  const hosted = placed.some((word) => word.includes("{host}")) ? [] : [host, "{host}"];
  // Behind what is a verb of it, such as `flask run`.
  const verb = /^(run|start|dev)$/.test(placed[at + 1] ?? "") ? 1 : 0;
  return placed.toSpliced(at + 1 + verb, 0, ...hosted, flag, "{port}");
}

function inPlace(word: string, port: number | undefined): string {
  const placed = word.replaceAll("0.0.0.0", "{host}").replace(/\$(PORT\b|\{PORT(:-\w*)?\})/g, "{port}");
  return port === undefined
    ? placed
    : placed.replace(/\d+/g, (number) => (number === `${port}` ? "{port}" : number));
}

/** Where a command says that it listens: `--port 8000`, `-p 8000`, `--bind 0.0.0.0:8000`, `runserver 8000`. */
export function portIn(command: string[]): number | undefined {
  const text = command.join(" ");
  const said = /(?:--port[ =]|-p[ =]?|(?:0\.0\.0\.0|\[::\]|\s):|runserver )(\d{2,5})\b/.exec(text)?.[1];
  return said === undefined ? undefined : Number(said);
}
