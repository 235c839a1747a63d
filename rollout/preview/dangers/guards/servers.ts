import type { Shown } from "../../shown.ts";
import { type Guard, guard, off, on, PUBLIC, READABLE, ranked } from "./guard.ts";

/** What protects the servers and their network. */
export const SERVERS: Guard[] = [
  guard(
    /^aws:ec2\/launchTemplate:/,
    "metadataOptions.httpTokens",
    ranked("optional", "required"),
    "session tokens for instance metadata (IMDSv2)",
    "A request that the app is tricked into makes the server's credentials public.",
  ),
  guard(
    /^aws:ec2\/launchTemplate:/,
    "metadataOptions.httpPutResponseHopLimit",
    (value) => -Number(value ?? 1),
    "the distance that instance metadata travels",
    "Containers get at the server's credentials.",
  ),
  guard(
    /^aws:ec2\/launchTemplate:/,
    "blockDeviceMappings.ebs.encrypted",
    on(false),
    "the disk's encryption",
    READABLE,
  ),
  guard(
    /^aws:ec2\/launchTemplate:/,
    "networkInterfaces.associatePublicIpAddress",
    off(false),
    "its distance from the internet",
    PUBLIC,
  ),
  guard(
    /^aws:s3\/bucketObjectv2:/,
    "content",
    nginxTls,
    "the TLS versions of nginx",
    "Clients may again use versions that can be broken.",
  ),
  guard(
    /^aws:s3\/bucketObjectv2:/,
    "content",
    // One of the server's files says how the container is run (infra/host/container.ts).
    (files) => -Number(/(?<!--read-only )--tmpfs /.test(String(files ?? ""))),
    "files that the app can't change",
    "Who breaks into the app can change its code, and it stays until the container goes.",
  ),
  guard(/^aws:ec2\/subnet:/, "mapPublicIpOnLaunch", off(false), "its distance from the internet", PUBLIC),
];

function nginxTls(files: Shown | undefined): number {
  const directives = String(files ?? "")
    .split(";")
    .slice(0, -1);
  const versions = directives.flatMap(
    (each) => each.split("ssl_protocols").slice(1).at(-1)?.split(/\s+/) ?? [],
  );
  return -versions.filter((each) => /^(SSLv\d|TLSv1|TLSv1\.1)$/.test(each)).length;
}
