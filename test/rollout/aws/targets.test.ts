import { beforeAll, expect, test } from "vitest";
import type { Graph } from "../../../rollout/graph/model.ts";
import { versionIn } from "../../../rollout/graph/tracks.ts";
import { targetsOf } from "../../../rollout/platforms/aws/targets.ts";
import { shippedGraph } from "../../support/shipped-graph.ts";

let graph: Graph;
beforeAll(async () => {
  graph = await shippedGraph("beta");
});

const short = (urn: string) => urn.split("::").slice(2).join(" ").split("$").at(-1);

test("a track is brought up with its image, its servers' role and its testers' rules; nothing else moves", () => {
  expect(targetsOf(graph, "green").map(short)).toMatchInlineSnapshot(`
    [
      "aws:lb/listenerRule:ListenerRule beta-green-bucket",
      "aws:lb/listenerRule:ListenerRule beta-green-cookie",
      "aws:lb/listenerRule:ListenerRule beta-green-header",
      "aws:lb/listenerRule:ListenerRule beta-green-session",
      "aws:s3/bucket:Bucket beta-servers",
      "aws:s3/bucketVersioning:BucketVersioning beta-servers",
      "aws:ecr/repository:Repository beta-app",
      "docker:index/image:Image beta-app",
      "aws:iam/instanceProfile:InstanceProfile beta-server",
      "aws:iam/role:Role beta-server",
      "aws:iam/rolePolicy:RolePolicy beta-server-boot",
      "aws:iam/rolePolicy:RolePolicy beta-server-files",
      "aws:iam/rolePolicy:RolePolicy beta-server-image",
      "aws:iam/rolePolicy:RolePolicy beta-server-logs",
      "aws:iam/rolePolicy:RolePolicy beta-server-metrics",
      "aws:iam/rolePolicy:RolePolicy beta-server-secrets",
      "aws:iam/rolePolicy:RolePolicy beta-server-sessions",
      "aws:autoscaling/group:Group beta-green",
      "aws:ec2/launchTemplate:LaunchTemplate beta-green",
      "aws:lb/targetGroup:TargetGroup beta-green",
      "aws:s3/bucketObjectv2:BucketObjectv2 beta-green",
    ]
  `);
});

test("another track's servers and what holds data are never among them", () => {
  const targets = targetsOf(graph, "green").join("\n");
  expect(targets).not.toMatch(/beta-blue|rds|elasticache|Listener::|secretsmanager/);
});

test("the version is what the servers are told", () => {
  expect(versionIn(graph, "green")).toMatch(/^[0-9a-f]{12}$/);
});

test("a track that the program doesn't have is refused", () => {
  expect(() => targetsOf(graph, "red")).toThrow("the program has no track red");
  expect(() => versionIn(graph, "red")).toThrow("the program has no track red");
});
