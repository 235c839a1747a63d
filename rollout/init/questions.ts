import { existsSync } from "node:fs";
import { basename, resolve } from "node:path";
import { Misuse } from "../errors.ts";
import { type Answers, domainOf, LEFT_OUT, type LeftOut } from "./answers.ts";
import type { Ask } from "./ask.ts";
import { type Found, findIn } from "./found/found.ts";
import * as rules from "./rules.ts";

/** What the command's options say already, by their names. */
export interface Said {
  name?: string | undefined;
  domain?: string | undefined;
  region?: string | undefined;
  image?: string | undefined;
  app?: string | undefined;
  health?: string | undefined;
  told?: string[] | undefined;
  stacks?: string[] | undefined;
  without?: string[] | undefined;
  /** Stacks that are there already, without a config: they are among the usual ones. */
  begunStacks?: string[] | undefined;
}

/**
 * All answers: what is given, and what is asked for.
 *
 * @param folder of the new project
 * @throws {Misuse} with everything that is wrong with what is given, each by its option; before anything is asked
 */
export async function answersOf(
  given: Said,
  folder: string,
  ask: Ask,
): Promise<{ answers: Answers; found: Found }> {
  refuse(wrongIn(given, folder));
  const name =
    given.name ??
    (await ask({ text: "The project's name", usual: nameOf(folder), wrong: rules.projectName }));
  const domain =
    given.domain ??
    (await ask({
      text: "The public name, such as shop.example.com; other stacks are below it",
      wrong: rules.domain,
    }));
  const region =
    given.region ?? (await ask({ text: "The AWS region", usual: "us-east-1", wrong: rules.region }));
  const source =
    given.image ??
    given.app ??
    (await ask({
      text: "The app: the folder with its Dockerfile, or an image by digest",
      wrong: (answer) => (isImage(answer) ? rules.image(answer) : noDockerfile(folder)(answer)),
    }));
  const found = isImage(source) ? {} : findIn(resolve(folder, source));
  const health =
    given.health ??
    (await ask({
      text: "Where it answers 200 when it can serve",
      usual: found.healthPath ?? "/health",
      wrong: rules.healthPath,
    }));
  const told =
    given.told ??
    words(
      await ask({
        text: "E-mail addresses that are told of alarms",
        usual: "",
        wrong: ofEach(rules.told),
      }),
    );
  const stacks =
    given.stacks ??
    words(
      await ask({
        text: "The stacks, in the order in which a version meets them",
        usual: given.begunStacks?.length ? [...given.begunStacks, "prod"].join(" ") : "beta prod",
        wrong: ofEach(rules.stack),
      }),
    );
  const without =
    given.without ??
    words(
      await ask({
        text: `What is left out of ${LEFT_OUT.join(", ")}`,
        usual: "",
        wrong: ofEach(rules.leftOut),
      }),
    );
  const answers: Answers = {
    name,
    domain,
    region,
    ...(isImage(source) ? { image: source } : { folder: source }),
    healthPath: health,
    told,
    stacks: [...new Set(stacks)],
    without: without as LeftOut[],
  };
  refuse(
    answers.stacks.flatMap((stack) => {
      const rule = rules.domain(domainOf(answers, stack));
      return rule ? [`--domain ${domain}: ${domainOf(answers, stack)} ${rule}`] : [];
    }),
  );
  return { answers, found };
}

/** The options without which nobody can say it, where nothing is asked. */
export function missingIn({ domain, image, app }: Said): string[] {
  return [
    ...(domain === undefined ? ["--domain: must be said, such as shop.example.com"] : []),
    ...(image === undefined && app === undefined
      ? ["--app: the folder with the app's Dockerfile must be said, or --image"]
      : []),
  ];
}

function wrongIn(given: Said, folder: string): string[] {
  const each = (flag: string, rule: rules.Rule, ...answers: (string | undefined)[]) =>
    answers.flatMap((answer) => {
      const mistake = answer === undefined ? undefined : rule(answer);
      return mistake ? [`${flag} ${answer}: ${mistake}`] : [];
    });
  return [
    ...each("--name", rules.projectName, given.name),
    ...each("--domain", rules.domain, given.domain),
    ...each("--region", rules.region, given.region),
    ...each("--image", rules.image, given.image),
    ...each("--app", noDockerfile(folder), given.app),
    ...(given.image !== undefined && given.app !== undefined
      ? ["--app: contradicts --image, give one of them"]
      : []),
    ...each("--health", rules.healthPath, given.health),
    ...each("--told", rules.told, ...(given.told ?? [])),
    ...each("--stacks", rules.stack, ...(given.stacks ?? [])),
    ...each("--without", rules.leftOut, ...(given.without ?? [])),
  ];
}

/** @throws {Misuse} where there are any */
export function refuse(mistakes: string[]): void {
  if (mistakes.length > 0) throw new Misuse(mistakes.join("\n"));
}

function noDockerfile(folder: string): rules.Rule {
  return (answer) =>
    existsSync(resolve(folder, answer, "Dockerfile")) ? undefined : "there is no Dockerfile in that folder";
}

function isImage(source: string): boolean {
  return source.includes("@sha256:");
}

function nameOf(folder: string): string {
  const name = basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, "-")
    .replace(/^[^a-z]+/, "")
    .slice(0, 31);
  return name || "shop";
}

function words(text: string): string[] {
  return text.split(/[\s,]+/).filter((word) => word !== "");
}

function ofEach(rule: rules.Rule): rules.Rule {
  return (answer) => {
    for (const word of words(answer)) {
      const mistake = rule(word);
      if (mistake) return `${word}: ${mistake}`;
    }
    return undefined;
  };
}
