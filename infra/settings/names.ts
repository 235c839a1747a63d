import type { Mistake } from "./explain.ts";

// Nearly everything in AWS is named by the stack, and a track's servers by the track too. What follows is what is left of
// AWS's rules for all of these names; test/infra/names.test.ts holds every name of the program to AWS's own.

/** `<stack>-alb-1234567` in the 32 letters of a load balancer (ELB API, CreateLoadBalancer). */
const MOST_OF_STACK = 20;
/** `<stack>-<track>-1234567` in the 32 letters of a target group (ELB API, CreateTargetGroup). */
const MOST_OF_BOTH = 23;

/**
 * Lower case, as buckets, image repositories and database groups are; no `_` and `.`, which a load balancer refuses; no
 * hyphen at the end or before another, which RDS refuses.
 */
const FORM = /^[a-z](-?[a-z0-9])*$/;
/** A load balancer isn't called so (ELB API, CreateLoadBalancer), nor a document (Systems Manager API, CreateDocument), nor a bucket (S3 User Guide, "Bucket naming rules"). */
const TAKEN = /^(internal(-|$)|aws|amazon|amzn|sthree-|xn--)/;

/**
 * @param tracks undefined: the key is wrong itself
 * @param what has the name
 */
export function nameMistakes(
  stack: string,
  tracks: readonly string[] | undefined,
  what: "stack" | "component" = "stack",
): Mistake[] {
  const named = `the ${what} is named ${JSON.stringify(stack)}; what AWS names by it`;
  const wrong = (rule: string): Mistake[] => [{ path: "pulumi:stack", rule: `${named} ${rule}` }];
  if (stack.length > MOST_OF_STACK || !FORM.test(stack))
    return wrong(
      `takes 1 to ${MOST_OF_STACK} lower-case letters, digits and single hyphens, the first a letter, the last no hyphen`,
    );
  if (TAKEN.test(stack)) return wrong("can't begin with internal-, aws, amazon, amzn, sthree- or xn--");
  const most = MOST_OF_BOTH - stack.length;
  return (tracks ?? [])
    .filter((track) => track.length > most)
    .map((track) => ({
      path: `tracks.${track}`,
      rule: `is too long a name in the stack ${stack}, at most ${most} letters: both are in the name of the track's target group`,
    }));
}
