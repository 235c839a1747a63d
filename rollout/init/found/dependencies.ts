import { globSync } from "node:fs";
import { jsonOf, textOf } from "./text-of.ts";

const PYTHON = "{requirements*.txt,requirements/*.txt,pyproject.toml,Pipfile}";

/** What the manifests of an app's folder ask for, by its name there, in lower case. Versions don't matter here. */
export function dependenciesIn(folder: string): Set<string> {
  const python = globSync(PYTHON, { cwd: folder }).flatMap((file) => pythonNames(textOf(folder, file)));
  const node = jsonOf(folder, "package.json");
  const php = jsonOf(folder, "composer.json");
  return new Set(
    [
      ...python,
      ...[node.dependencies, node.devDependencies, php.require].flatMap((each) => Object.keys(each ?? {})),
      ...namesOn(textOf(folder, "Gemfile"), /^gem ["']([\w-]+)["']/),
      ...namesOn(textOf(folder, "mix.exs"), /^\{:(\w+),/),
    ].map((name) => name.toLowerCase()),
  );
}

/** The first word of a line and of each text in quotes: lists, tables and plain lines have names there. */
function pythonNames(text: string): string[] {
  const places = text.split("\n").flatMap((line) => line.split(/["',[\]]/));
  return places.flatMap((place) => /^[A-Za-z][\w.-]*/.exec(place.trim())?.[0] ?? []);
}

function namesOn(text: string, form: RegExp): string[] {
  return text.split("\n").flatMap((line) => form.exec(line.trim())?.[1] ?? []);
}
