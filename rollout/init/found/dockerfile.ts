import { basename } from "node:path";

/** What an image's Dockerfile says about how it runs. */
export interface Dockerfile {
  /** The first that the image exposes, else `ENV PORT`. */
  port?: number | undefined;
  /** Its words; what an init or an entrypoint script would do before isn't in them. */
  command?: string[] | undefined;
  /** The path that `HEALTHCHECK` asks. */
  healthPath?: string | undefined;
  /** Every `RUN` of the file, in one text. */
  runs: string;
}

interface Instruction {
  name: string;
  value: string;
}

/** Reads the last stage, with what it takes over from those that it is made from. */
export function readDockerfile(text: string): Dockerfile {
  const all = instructions(text);
  const image = lastStage(all);
  const values = (name: string) => image.filter((each) => each.name === name).map(({ value }) => value);
  const variables = Object.fromEntries(
    image.flatMap(({ name, value }) => (name === "ENV" || name === "ARG" ? assignments(value) : [])),
  );
  const port = Number(filled(values("EXPOSE")[0] ?? variables.PORT ?? "", variables).match(/^\d+/)?.[0]);
  return {
    port: port || undefined,
    command: commandOf(
      words(values("ENTRYPOINT").at(-1)),
      words(values("CMD").at(-1)),
      filled(values("WORKDIR").at(-1) ?? "/", variables),
    ),
    healthPath: healthOf(values("HEALTHCHECK").at(-1) ?? ""),
    runs: all.flatMap(({ name, value }) => (name === "RUN" ? [value] : [])).join("\n"),
  };
}

/** A line that ends with a backslash goes on in the next; a comment between them is none of it. */
function instructions(text: string): Instruction[] {
  const lines = text
    .split(/\r?\n/)
    .filter((line) => !/^\s*#/.test(line))
    .join("\n")
    .replace(/\\[ \t]*\n/g, " ")
    .split("\n");
  return lines.flatMap((line) => {
    const [name, value] = parted(line.trim());
    return value === "" ? [] : [{ name: name.toUpperCase(), value }];
  });
}

function lastStage(all: Instruction[]): Instruction[] {
  const stages = new Map<string, Instruction[]>();
  let stage: Instruction[] = [];
  for (const each of all) {
    if (each.name === "FROM") {
      const [base = "", , as] = each.value.split(/\s+/).filter((word) => !word.startsWith("--"));
      stage = [...(stages.get(base.toLowerCase()) ?? [])];
      if (as) stages.set(as.toLowerCase(), stage);
    } else {
      stage.push(each);
    }
  }
  return stage;
}

/** Of `A=1 B="two"`, or the older `A 1`. */
function assignments(value: string): [string, string][] {
  if (!/^\w+=/.test(value)) return [parted(value)];
  return [...value.matchAll(/(?:^|\s)(\w+)=("[^"]*"?|'[^']*'?|\S*)/g)].map(([, name = "", text = ""]) => [
    name,
    text.replace(/^["']|["']$/g, ""),
  ]);
}

/** Its first word, and what follows. */
function parted(text: string): [string, string] {
  const at = text.search(/\s/);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at).trim()];
}

function filled(text: string, variables: Record<string, string>): string {
  return text.replace(
    /\$\{?(\w+)(?::-([^}]*))?\}?/g,
    (_, name: string, usual = "") => variables[name] ?? usual,
  );
}

/** The list of its words, or a line for the shell. */
function words(value: string | undefined): string[] | undefined {
  if (value === undefined) return undefined;
  if (!value.startsWith("[")) return ["sh", "-c", value];
  try {
    const list: unknown = JSON.parse(value);
    return Array.isArray(list) && list.length > 0 ? list.map(String) : undefined;
  } catch {
    return undefined;
  }
}

/** An init, or a script that prepares what the image's files are for: they are the container's. */
const CONTAINERS_OWN = /^(?:tini|dumb-init|catatonit)$|entry-?point|\.sh$/;

function commandOf(
  entry: string[] | undefined,
  command: string[] | undefined,
  home: string,
): string[] | undefined {
  const before = (entry ?? []).slice(entry && CONTAINERS_OWN.test(basename(entry[0] ?? "")) ? 1 : 0);
  const skipped = entry !== undefined && before.length < entry.length;
  const all = [...(skipped ? before.filter((word) => word !== "--") : before), ...(command ?? [])];
  if (all.length === 0) return undefined;
  const folder = `${home.replace(/\/$/, "")}/`;
  return all.map((word) => (folder !== "/" && word.startsWith(folder) ? word.slice(folder.length) : word));
}

function healthOf(value: string): string | undefined {
  const [, path = "/"] = /https?:\/\/[^/\s"']+(\/[\w.~/-]*)/.exec(value) ?? [];
  return path === "/" ? undefined : path;
}
