import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface CertificateArgs {
  domain: string;
  /** The Route 53 hosted zone that holds the domain. */
  zoneId: pulumi.Input<string>;
  /** Further names, each with its zone's id. */
  others?: { name: string; zoneId: pulumi.Input<string> }[];
}

/**
 * A public certificate for the stack's names, validated by a DNS record for each. The records stay, so that ACM renews the certificate by
 * itself (AWS Certificate Manager User Guide, "DNS validation").
 */
export class Certificate extends pulumi.ComponentResource {
  /** Known once the certificate is validated, so that no listener gets one that browsers would refuse. */
  readonly arn: pulumi.Output<string>;

  constructor(
    name: string,
    { domain, zoneId, others = [] }: CertificateArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("rollout:infra:Certificate", name, {}, opts);
    const child = { parent: this };

    const certificate = new aws.acm.Certificate(
      `${name}-certificate`,
      {
        domainName: domain,
        ...(others.length > 0 && { subjectAlternativeNames: others.map(({ name }) => name) }),
        validationMethod: "DNS",
        tags: { Name: domain },
      },
      child,
    );
    const records = [{ name: domain, zoneId }, ...others].map(({ name: of, zoneId }, index) => {
      const proof = proofOf(certificate, of);
      return new aws.route53.Record(
        `${name}-certificate-proof${index === 0 ? "" : `-${slug(of)}`}`,
        {
          zoneId,
          name: proof.resourceRecordName,
          type: proof.resourceRecordType,
          records: [proof.resourceRecordValue],
          ttl: 300,
          // The record is the same for every certificate of a name in an account. One that was left behind must not
          // stop the next.
          allowOverwrite: true,
        },
        child,
      );
    });
    const validation = new aws.acm.CertificateValidation(
      `${name}-certificate-validation`,
      { certificateArn: certificate.arn, validationRecordFqdns: records.map(({ fqdn }) => fqdn) },
      child,
    );

    this.arn = validation.certificateArn;
    this.registerOutputs({ arn: this.arn });
  }
}

/** What ACM wants to find in DNS for a name. Only AWS knows the list, which has no order; it has one item for each name. */
function proofOf({ domainValidationOptions }: aws.acm.Certificate, name: string) {
  return domainValidationOptions.apply((options) => {
    const proof = options.find(({ domainName }) => domainName === name) ?? options[0];
    if (!proof) throw new Error(`ACM asks for no proof of ${name}`);
    return proof;
  });
}

/** A name as part of a resource's. */
export function slug(name: string): string {
  return name.replaceAll(".", "-");
}
