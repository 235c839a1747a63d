/** What a stack may be set up without. */
export const LEFT_OUT = ["cache", "web-firewall", "candidate"] as const;
export type LeftOut = (typeof LEFT_OUT)[number];

/** What `rollout init` must know to lay a project out. */
export interface Answers {
  /** Of the project, as in `Pulumi.yaml`. */
  name: string;
  /** Prod's; another stack's is below it. */
  domain: string;
  region: string;
  /** Either an image with its digest, or the folder with the Dockerfile. */
  image?: string | undefined;
  folder?: string | undefined;
  healthPath: string;
  /** E-mail addresses. */
  told: string[];
  /** In the order in which a version meets them. */
  stacks: string[];
  without: LeftOut[];
}

export const NAME = /^[a-z][a-z0-9-]{0,30}$/;
export const STACK = /^[a-z][a-z0-9-]{0,11}$/;

/** A stack's name to the public: prod has the domain, each other one a name below it. */
export function domainOf({ domain }: Pick<Answers, "domain">, stack: string): string {
  return stack === "prod" ? domain : `${stack}.${domain}`;
}
