/** The names under which a server asks AppConfig: fixed, because user data has them before AppConfig knows them. */
export function flagNames(stack: string): { application: string; environment: string; profile: string } {
  return { application: `rollout-${stack}`, environment: stack, profile: "flags" };
}

/** The name under which `rollout flags off` finds the strategy of the emergency switch. */
export function atOnceName(application: string): string {
  return `${application}-at-once`;
}
