"""An app's use of its bucket, by the environment alone: what it says of AWS, and nothing else."""

import json
import os
import sys

import boto3

s3 = boto3.client("s3")
bucket = os.environ["BUCKET_UPLOADS"]
what, key, *body = sys.argv[1:]
if what == "put":
    s3.put_object(Bucket=bucket, Key=key, Body=body[0].encode())
elif what == "delete":
    s3.delete_object(Bucket=bucket, Key=key)
keys = [each["Key"] for each in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]
versions = s3.list_object_versions(Bucket=bucket, Prefix=key).get("Versions", [])
text = s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode() if key in keys else None
print(json.dumps({"keys": keys, "versions": len(versions), "text": text, "as": s3._request_signer._credentials.access_key}))
