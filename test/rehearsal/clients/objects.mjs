// An app's use of its bucket, by the environment alone: what it says of AWS, and nothing else.
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";

const s3 = new S3Client({});
const Bucket = process.env.BUCKET_UPLOADS;
const [what, Key, Body] = process.argv.slice(2);
if (what === "put") await s3.send(new PutObjectCommand({ Bucket, Key, Body }));
if (what === "delete") await s3.send(new DeleteObjectCommand({ Bucket, Key }));
const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket, Prefix: Key }));
const keys = Contents.map((each) => each.Key);
const object = keys.includes(Key) ? await s3.send(new GetObjectCommand({ Bucket, Key })) : undefined;
const text = (await object?.Body.transformToString()) ?? null;
const { accessKeyId } = await s3.config.credentials();
process.stdout.write(JSON.stringify({ keys, versions: Versions.length, text, as: accessKeyId }));
