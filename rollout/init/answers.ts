/** What a stack may be set up without. */
export const LEFT_OUT = ["cache", "web-firewall", "candidate"] as const;
export type LeftOut = (typeof LEFT_OUT)[number];

/** What `rollout init` must know to lay a project out. */
export interface Answers {
  /** Of the project, as in `Pulumi.yaml`. */
  name: string;
  /** That of the last stack; another's is below it. */
  domain: string;
  region: string;
  /** Either an image with its digest, or the folder with the Dockerfile. */
  image?: string | undefined;
  folder?: string | undefined;
  healthPath: string;
  /** E-mail addresses. */
  told: string[];
  /** In the order in which a version meets them: the last one is everybody's. */
  stacks: string[];
  without: LeftOut[];
}

/** Whether the stack is the one that a version reaches last, which everybody uses. */
export function isLast({ stacks }: Pick<Answers, "stacks">, stack: string): boolean {
  return stack === stacks.at(-1);
}

/** A stack's name to the public: the last one has the domain, each other one a name below it. */
export function domainOf(answers: Pick<Answers, "domain" | "stacks">, stack: string): string {
  return isLast(answers, stack) ? answers.domain : `${stack}.${answers.domain}`;
}
