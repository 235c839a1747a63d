import { nth } from "../sure.ts";
import { onProperty, type Policy, type Resource } from "./policy.ts";
import { allows, isEverybody, type StatementJson, statements } from "./statements.ts";
import { at, isObject, isTrue, type Json, list, UNKNOWN } from "./values.ts";

const ROLE = "aws:iam/role:Role";
const ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment";
const INLINE = ["RolePolicy", "UserPolicy", "GroupPolicy"].map(
  (each) => `aws:iam/${nth(each, 0).toLowerCase()}${each.slice(1)}:${each}`,
);
const IDENTITY = [ROLE, "aws:iam/policy:Policy", ...INLINE];

/** Policies that a resource carries about who may use it, by the module and type of the resource. */
const RESOURCE_POLICIES = [
  "aws:ecr/repositoryPolicy:RepositoryPolicy",
  "aws:kms/keyPolicy:KeyPolicy",
  "aws:s3/bucketPolicy:BucketPolicy",
  "aws:secretsmanager/secretPolicy:SecretPolicy",
  "aws:sns/topicPolicy:TopicPolicy",
  "aws:sqs/queuePolicy:QueuePolicy",
];

/** Who may do what. Source of the controls: AWS Security Hub, "Controls for IAM", "for AWS KMS", "for Amazon SNS". */
export const iamPolicies: Policy[] = [
  {
    id: "iam-no-administrators",
    title: "No identity of the stack may do everything",
    controls: ["IAM.1"],
    why: "Whoever gets hold of it has the account.",
    advice: "Name the actions that it needs.",
    types: [...IDENTITY, ATTACHMENT],
    broken: (resource) => [
      ...granted(resource)
        .filter((each) => list(each.Action).some((action) => /^\*(:\*)?$/.test(String(action))))
        .map(() => 'a statement allows the action "*"'),
      ...managed(resource)
        .filter((arn) => /\/(AdministratorAccess|PowerUserAccess|IAMFullAccess)$/.test(arn))
        .map((arn) => `it has ${arn.split("/").at(-1)}`),
    ],
  },
  {
    id: "iam-no-service-wildcards",
    title: "No identity of the stack may do everything with a service",
    controls: ["IAM.21"],
    why: "It may do tomorrow what AWS adds today, and delete where it needs to read.",
    advice: "Name the actions that it needs.",
    types: IDENTITY,
    broken: (resource) =>
      granted(resource).flatMap((each) => [
        ...list(each.Action)
          .filter((action) => /^[a-z0-9-]+:\*$/.test(String(action)))
          .map((action) => `a statement allows ${action}`),
        ...(each.NotAction === undefined
          ? []
          : ["a statement allows everything but what it lists (NotAction)"]),
      ]),
  },
  {
    id: "iam-no-decrypt-all",
    title: "No identity of the stack may decrypt with every key",
    controls: ["KMS.1", "KMS.2"],
    why: "It reads what was encrypted for others.",
    advice: "Name the keys as the statement's Resource.",
    types: IDENTITY,
    broken: (resource) =>
      granted(resource)
        .filter((each) => each.Condition === undefined && list(each.Resource).some(isEveryKey))
        .flatMap((each) => list(each.Action))
        .filter((action) => /^kms:(Decrypt|ReEncryptFrom|ReEncrypt\*|Decrypt\*)$/.test(String(action)))
        .map((action) => `a statement allows ${action} on every key`),
  },
  {
    id: "iam-no-access-keys",
    title: "The stack makes no users and no access keys",
    controls: [],
    why: "Keys leak, and stay valid until somebody notices.",
    advice: "Use a role: of the server, or of the workflow by OIDC.",
    types: ["aws:iam/user:User", "aws:iam/accessKey:AccessKey"],
    broken: () => ["it is one"],
  },
  {
    id: "iam-trust-named",
    title: "A role can be taken only by whom it names",
    controls: [],
    why: "Anybody with an AWS account, or with a repository where OIDC is used, becomes the role.",
    advice: "Name the service, the account, or the repository with its environment (aud and sub).",
    types: [ROLE],
    broken: ({ inputs }) => statements(inputs.assumeRolePolicy).filter(allows).flatMap(openTrust),
  },
  {
    id: "resources-not-public",
    title: "No resource's policy lets everybody in",
    controls: ["S3.2", "S3.3", "SNS.4", "KMS.5"],
    why: "Anybody with an AWS account may use it, some of it without one.",
    advice: "Name the principal, or put the account into a condition.",
    types: RESOURCE_POLICIES,
    broken: ({ inputs }) =>
      statements(inputs.policy)
        .filter((each) => allows(each) && isEverybody(each.Principal) && each.Condition === undefined)
        .map((each) => `a statement allows ${list(each.Action).join(", ")} to everybody`),
  },
  onProperty("aws:kms/key:Key", "enableKeyRotation", isTrue, {
    id: "keys-rotate",
    title: "Keys change every year",
    controls: ["KMS.4"],
    why: "One key that leaks opens everything that was ever encrypted with it.",
    advice: "Set enableKeyRotation; nothing has to be encrypted again.",
  }),
];

/** The Allow statements of an identity's policies. */
function granted({ type, inputs }: Resource): StatementJson[] {
  const policies =
    type === ROLE ? list(inputs.inlinePolicies).map((each) => at(each, "policy")) : [inputs.policy];
  return policies.flatMap((each) => statements(each)).filter(allows);
}

function managed({ type, inputs }: Resource): string[] {
  return list(type === ROLE ? inputs.managedPolicyArns : type === ATTACHMENT ? inputs.policyArn : []).map(
    String,
  );
}

function isEveryKey(resource: Json): boolean {
  return /^(\*|arn:aws[a-z-]*:kms:[^:]*:[^:]*:key\/\*)$/.test(String(resource));
}

/** What is too wide in a statement of a role's trust policy. */
function openTrust(statement: StatementJson): string[] {
  if (isEverybody(statement.Principal) && statement.Condition === undefined) return ["everybody may take it"];
  const federated = list(at(statement.Principal, "Federated"));
  if (federated.length === 0 || federated.includes(UNKNOWN)) return [];
  return ["aud", "sub"].flatMap((claim) => {
    const values = claimed(statement, claim);
    if (values.length === 0) return [`its trust doesn't ask for ${claim}`];
    return values.filter(isWide).map((each) => `its trust takes ${claim} ${each}`);
  });
}

/** A star may stand for what is inside one repository, never for the repository or its owner. */
function isWide(claim: string): boolean {
  return /[*?]/.test(claim) && !/^repo:[^*?:/]+\/[^*?:]+:[^*?]/.test(claim);
}

function claimed({ Condition }: StatementJson, claim: string): string[] {
  if (!isObject(Condition)) return [];
  return Object.values(Condition)
    .filter(isObject)
    .flatMap((tests) => Object.entries(tests))
    .filter(([key]) => key.endsWith(`:${claim}`))
    .flatMap(([, values]) => list(values).map(String));
}
