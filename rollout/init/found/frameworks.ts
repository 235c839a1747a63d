/** A web framework, by the manifest that asks for it. */
export interface Framework {
  name: string;
  /** Where it listens if nobody says otherwise. */
  port: number;
}

/** The more particular one first: who has Nest has Express, too. */
const FRAMEWORKS: [dependency: string, name: string, port: number][] = [
  ["django", "Django", 8000],
  ["fastapi", "FastAPI", 8000],
  ["flask", "Flask", 5000],
  ["next", "Next.js", 3000],
  ["nuxt", "Nuxt", 3000],
  ["@nestjs/core", "Nest", 3000],
  ["fastify", "Fastify", 3000],
  ["koa", "Koa", 3000],
  ["express", "Express", 3000],
  ["rails", "Rails", 3000],
  ["sinatra", "Sinatra", 4567],
  ["phoenix", "Phoenix", 4000],
  ["laravel/framework", "Laravel", 8000],
];

/** The framework that is asked for, if it is one that we know. */
export function frameworkAmong(dependencies: ReadonlySet<string>): Framework | undefined {
  const found = FRAMEWORKS.find(([dependency]) => dependencies.has(dependency));
  return found && { name: found[1], port: found[2] };
}
