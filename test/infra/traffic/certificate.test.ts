import { expect, test } from "vitest";
import { Certificate } from "../../../infra/traffic/certificate.ts";
import { record } from "../../support/mocks.ts";

const recorded = await record(() => {
  const { arn } = new Certificate("beta", { domain: "beta.example.com", zoneId: "Z1" });
  return { arn };
});

test("the certificate is for the domain, and DNS proves that it is ours", () => {
  expect(recorded.one("aws:acm/certificate:Certificate").inputs).toMatchObject({
    domainName: "beta.example.com",
    validationMethod: "DNS",
  });
  const option = (field: string) => `\${beta-certificate.domainValidationOptions.0.${field}}`;
  expect(recorded.one("aws:route53/record:Record").inputs).toMatchObject({
    zoneId: "Z1",
    name: option("resourceRecordName"),
    type: option("resourceRecordType"),
    records: [option("resourceRecordValue")],
    ttl: 300,
  });
});

test("nobody gets the certificate before it is validated", () => {
  const validation = recorded.one("aws:acm/certificateValidation:CertificateValidation");
  expect(validation.inputs).toEqual({
    certificateArn: "${beta-certificate.arn}",
    validationRecordFqdns: ["${beta-certificate-proof.fqdn}"],
  });
  expect(recorded.outputs).toEqual({ arn: "${beta-certificate.arn}" });
});
