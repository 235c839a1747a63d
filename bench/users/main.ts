import { parseArgs } from "node:util";
import { rehearse } from "../../rollout/platforms/rehearsal/index.ts";
import { type BenchPlace, benchInRehearsal } from "../rehearsal.ts";
import { type CourseOptions, walkCourse } from "./course.ts";
import { complaintsOf, courseLines, sum } from "./table.ts";

// `npm run bench:users`: what a rollout is to those who use the application. Users like a browser's arrive at a constant
// rate at a shop on the beta stack, while a release is promoted in steps, another is rolled back for errors, servers are
// replaced and one is killed; first with sessions, as by default, then with `stickiness: none`. Exit code 1 when with
// sessions a page was broken, a session lost, a write lost, done twice or unanswered, but for what the killed server held.

const number = (text: string) => ({ type: "string", default: text }) as const;
const { values } = parseArgs({
  options: {
    users: number("10000"),
    /** How many arrive a second. */
    rate: number("12"),
    /** Seconds of each step. */
    bake: number("45"),
    /** Seconds until a user loads another part of his page. */
    later: number("60"),
    think: number("15"),
    /** How much of it is done without sessions, too; 0: nothing. */
    beside: number("0.25"),
    stack: number("beta"),
  },
});
const say = (line: string) =>
  void process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);
await benchInRehearsal(values.stack, bench);

async function bench(place: BenchPlace): Promise<void> {
  const options = {
    users: Number(values.users),
    rate: Number(values.rate),
    bake: Number(values.bake),
    later: Number(values.later),
    think: Number(values.think),
    say,
  };
  const complaints = await walked(place, { ...options, stickiness: "30m" });
  const beside = Number(values.beside);
  if (beside > 0) {
    await rehearse.down(place);
    // The same users at the same rate, with shorter bakes: fewer in all.
    const fewer = { users: Math.round(options.users * beside), bake: Math.round(options.bake * beside) };
    await walked(place, { ...options, ...fewer, stickiness: "none" });
  }
  for (const line of complaints) console.log(`FAILED: ${line}`);
  process.exitCode = complaints.length > 0 ? 1 : 0;
}

/** @returns what must not have happened */
async function walked(place: BenchPlace, options: CourseOptions): Promise<string[]> {
  const begun = performance.now();
  const result = await walkCourse(place, options);
  const minutes = (performance.now() - begun) / 60_000;
  const users = sum(result.phases, (phase) => phase.users);
  console.log(`\nstickiness: ${options.stickiness}, ${users} users in ${minutes.toFixed(1)} minutes`);
  for (const line of courseLines(result)) console.log(line);
  return complaintsOf(result);
}
