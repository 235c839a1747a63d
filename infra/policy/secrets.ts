import { member } from "../sure.ts";
import { ofType, onProperty, type Policy } from "./policy.ts";
import { atLeast, SECRET, UNKNOWN } from "./values.ts";

/** Properties that hold a secret, by type. */
const HOLDERS: Record<string, string[]> = {
  "aws:rds/instance:Instance": ["password"],
  "aws:elasticache/replicationGroup:ReplicationGroup": ["authToken"],
  "aws:secretsmanager/secretVersion:SecretVersion": ["secretString"],
};

/** What may be read by whoever may see the stack's resources. */
const READABLE = [
  "aws:appconfig/hostedConfigurationVersion:HostedConfigurationVersion",
  "aws:cloudwatch/dashboard:Dashboard",
  "aws:ec2/launchTemplate:LaunchTemplate",
  "aws:ssm/parameter:Parameter",
];

/** Passwords and keys. */
export const secretPolicies: Policy[] = [
  onProperty(
    "aws:secretsmanager/secret:Secret",
    "recoveryWindowInDays",
    (v) => v === undefined || atLeast(7)(v),
    {
      id: "secrets-recoverable",
      title: "A deleted secret can be had back for a week",
      controls: [],
      why: "Without it the database's password is gone at once, for every server that starts.",
      advice: "Set recoveryWindowInDays to 7 or more.",
    },
  ),
  {
    id: "secrets-marked",
    title: "Passwords are secrets to Pulumi",
    controls: [],
    why: "They stand in clear in the state, in previews and in logs.",
    advice: "Make the value with RandomPassword, or wrap it in pulumi.secret.",
    types: Object.keys(HOLDERS),
    broken: ({ type, inputs, redacted }) =>
      member(HOLDERS, type)
        .filter((each) => redacted && inputs[each] !== undefined && inputs[each] !== UNKNOWN)
        .filter((each) => !String(inputs[each]).startsWith(SECRET))
        .map((each) => `${each} is in clear`),
  },
  {
    id: "secrets-not-readable",
    title: "No password is put where others read along",
    controls: [],
    why: "User data, dashboards and parameters can be read by whoever may look at the account.",
    advice: "Give servers the secret's ARN; they fetch the value when they start.",
    brokenIn: (resources) => {
      const passwords = new Set(
        ofType(resources, "random:index/randomPassword:RandomPassword", ...Object.keys(HOLDERS).slice(2)).map(
          ({ urn }) => urn,
        ),
      );
      return ofType(
        resources.filter(({ redacted }) => redacted),
        ...READABLE,
      ).flatMap((resource) =>
        Object.entries(resource.refs)
          .filter(([, urns]) => urns.some((urn) => passwords.has(urn)))
          .map(([property]) => ({ resource, found: `${property} is made with a password` })),
      );
    },
  },
];
