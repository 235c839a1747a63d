export type Architecture = "amd64" | "arm64";

/**
 * The processor of an EC2 instance type: `t4g.small` → arm64. Families with a `g` after their number, and a1, are
 * AWS's own Graviton (EC2 User Guide, "Amazon EC2 instance type naming conventions").
 */
export function architectureOf(instanceType: string): Architecture {
  return /^(a1|[a-z]+\d+g[a-z]*)\./.test(instanceType) ? "arm64" : "amd64";
}
