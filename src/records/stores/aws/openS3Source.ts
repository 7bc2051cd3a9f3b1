import { RecordError } from "../../RecordError.ts";
import { AWS_LIMITS } from "./awsClientConfig.ts";
import { openS3 } from "./openS3.ts";
import { S3Bucket } from "./S3Bucket.ts";
import { S3Source } from "./S3Source.ts";

/** Reads of a person's command may take longer than those of a review. Milliseconds. */
const READ_LIMITS = { ...AWS_LIMITS, attemptMs: 20_000, callMs: 60_000, attempts: 3 };

/**
 * Opens `s3://BUCKET/PREFIX` for reading. `AWS_ENDPOINT_URL` names another store with the API of S3, such as R2. The SDK
 * finds region and credentials. Rejects with {@link RecordError} `wrong-setting` for another URL, or without the SDK.
 */
export async function openS3Source(
  url: string,
  env: Readonly<Record<string, string | undefined>>,
  { pageKeys }: { readonly pageKeys?: number } = {},
): Promise<S3Source> {
  const [, name, path = ""] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/([^?#]{0,512}))?$/.exec(url) ?? [];
  if (name === undefined) throw new RecordError("wrong-setting", `${url} has not the form s3://BUCKET/PREFIX`);
  const prefix = path === "" || path.endsWith("/") ? path : `${path}/`;
  return new S3Source({ bucket: new S3Bucket(name, await openS3({ env, limits: READ_LIMITS }), pageKeys), prefix });
}
