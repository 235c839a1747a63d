import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";

export interface Run {
  milliseconds: number;
  /** What the whole process tree used of the processors: other work on the machine doesn't count. */
  cpuMilliseconds: number;
  /** The peak resident memory of the largest process of the tree; 0 where there is no /proc. */
  mebibytes: number;
  stdout: string;
}

export interface Command {
  args: string[];
  cwd?: string;
  env?: Record<string, string>;
}

/** Runs a command to its end. @throws when it fails, with what it wrote to stderr */
export async function run({ args: [program, ...args], cwd, env }: Command): Promise<Run> {
  const started = performance.now();
  const child = spawn(program!, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text) => {
      output[name] += text;
    });
  }
  const usage = new Usage(child.pid!);
  const watch = setInterval(() => usage.sample(), SAMPLE_MS);
  const code = await new Promise((done, failed) => child.once("close", done).once("error", failed));
  const milliseconds = performance.now() - started;
  clearInterval(watch);
  if (code !== 0)
    throw new Error(
      `${[program, ...args].join(" ")} ended with ${code}:\n${output.stderr}${output.stdout.slice(-3000)}`,
    );
  return { milliseconds, ...usage.total(), stdout: output.stdout };
}

/** The kernel keeps each process's own peak and time, so samples miss only what happens in its last moment. */
const SAMPLE_MS = 10;
/** Unit of the times in /proc/PID/stat (proc(5), sysconf(_SC_CLK_TCK)): 10 ms on every Linux in use. */
const TICK_MS = 10;

class Usage {
  readonly #root: number;
  readonly #ticks = new Map<number, number>();
  #peakKibibytes = 0;

  constructor(root: number) {
    this.#root = root;
  }

  sample(pid = this.#root): void {
    try {
      const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
      this.#peakKibibytes = Math.max(this.#peakKibibytes, Number(peak?.[1] ?? 0));
      // Fields 14 and 15 are user and system time; the name in field 2 may hold spaces.
      const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
        .replace(/^.*\) /s, "")
        .split(" ");
      this.#ticks.set(pid, Number(fields[11]) + Number(fields[12]));
      const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
      for (const child of children.split(" ").filter(Boolean)) this.sample(Number(child));
    } catch {
      // It has ended meanwhile, or this system has no /proc.
    }
  }

  total() {
    const ticks = [...this.#ticks.values()].reduce((sum, each) => sum + each, 0);
    return { cpuMilliseconds: ticks * TICK_MS, mebibytes: this.#peakKibibytes / 1024 };
  }
}

/**
 * Runs commands by turns, so that whatever else the machine does meanwhile falls on all of them; each once unmeasured
 * first, so that caches are warm. Gives each one's median times and highest peak.
 */
export async function byTurns<Name extends string>(
  times: number,
  commands: Record<Name, Command>,
): Promise<Record<Name, Run>> {
  const names = Object.keys(commands) as Name[];
  const runs = Object.fromEntries(names.map((name) => [name, [] as Run[]])) as Record<Name, Run[]>;
  for (const name of names) await run(commands[name]);
  for (let turn = 0; turn < times; turn++) {
    for (const name of names) runs[name].push(await run(commands[name]));
  }
  return Object.fromEntries(names.map((name) => [name, summary(runs[name])])) as Record<Name, Run>;
}

function summary(runs: Run[]): Run {
  return {
    milliseconds: median(runs.map((each) => each.milliseconds)),
    cpuMilliseconds: median(runs.map((each) => each.cpuMilliseconds)),
    mebibytes: Math.max(...runs.map((each) => each.mebibytes)),
    stdout: runs[0]!.stdout,
  };
}

function median(numbers: number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!;
}
