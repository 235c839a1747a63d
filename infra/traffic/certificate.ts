import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface CertificateArgs {
  domain: string;
  /** The Route 53 hosted zone that holds the domain. */
  zoneId: pulumi.Input<string>;
}

/**
 * A public certificate for one name, validated by a DNS record. The record stays, so that ACM renews the certificate by
 * itself (AWS Certificate Manager User Guide, "DNS validation").
 */
export class Certificate extends pulumi.ComponentResource {
  /** Known once the certificate is validated, so that no listener gets one that browsers would refuse. */
  readonly arn: pulumi.Output<string>;

  constructor(name: string, { domain, zoneId }: CertificateArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rollout:infra:Certificate", name, {}, opts);
    const child = { parent: this };

    const certificate = new aws.acm.Certificate(
      `${name}-certificate`,
      { domainName: domain, validationMethod: "DNS", tags: { Name: domain } },
      child,
    );
    // biome-ignore lint/style/noNonNullAssertion: an output, whose list only AWS knows; it has one item for each name
    const proof = certificate.domainValidationOptions[0]!;
    const record = new aws.route53.Record(
      `${name}-certificate-proof`,
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
    const validation = new aws.acm.CertificateValidation(
      `${name}-certificate-validation`,
      { certificateArn: certificate.arn, validationRecordFqdns: [record.fqdn] },
      child,
    );

    this.arn = validation.certificateArn;
    this.registerOutputs({ arn: this.arn });
  }
}
