import type { Properties } from "./values.ts";

/** What a data source says. One that nobody expected is an error: the program should ask for as little as it can. */
export function answer(token: string, args: Properties): Properties {
  const known = ANSWERS[token];
  if (!known) throw new Error(`the echo provider has no answer to ${token}`);
  return { ...args, ...known(args) };
}

const ANSWERS: Record<string, (args: Properties) => Properties> = {
  "aws:route53/getZone:getZone": ({ name }) => ({ id: "Z0ECHO", zoneId: "Z0ECHO", name: name ?? "" }),
  "aws:index/getCallerIdentity:getCallerIdentity": () => ({
    id: "123456789012",
    accountId: "123456789012",
    arn: "arn:aws:iam::123456789012:user/echo",
    userId: "echo",
  }),
  "aws:ssm/getParameter:getParameter": ({ name }) => ({
    id: name ?? "",
    value: "ami-0echo",
    insecureValue: "ami-0echo",
  }),
  "aws:ecr/getAuthorizationToken:getAuthorizationToken": () => ({
    id: "us-east-1",
    authorizationToken: "QVdTOmNhbmFyeQ==",
    userName: "AWS",
    password: "canary-registry",
    proxyEndpoint: "https://123456789012.dkr.ecr.us-east-1.amazonaws.com",
    expiresAt: "2030-01-01T00:00:00Z",
  }),
};
