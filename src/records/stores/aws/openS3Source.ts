import { redactText } from "../../../telemetry/redact/redactText.ts";
import { RecordError } from "../../RecordError.ts";
import { READ_LIMITS } from "./awsClientConfig.ts";
import { openS3 } from "./openS3.ts";
import { S3Bucket } from "./S3Bucket.ts";
import { S3Source } from "./S3Source.ts";

/**
 * Opens `s3://BUCKET/PREFIX` for reading. `AWS_ENDPOINT_URL` names another store with the API of S3, such as R2. The SDK
 * finds region and credentials. Rejects with {@link RecordError} `wrong-setting` for another URL, or without the SDK.
 */
export async function openS3Source(
  url: string,
  env: Readonly<Record<string, string | undefined>>,
  { pageKeys }: { readonly pageKeys?: number } = {},
): Promise<S3Source> {
  const { bucket, prefix } = parseS3Url(url);
  return new S3Source({ bucket: new S3Bucket(bucket, await openS3({ env, limits: READ_LIMITS }), pageKeys), prefix });
}

/**
 * Reads `s3://BUCKET/PREFIX`. `prefix` is empty, or a path that ends with `/`. Throws {@link RecordError} `wrong-setting` for
 * another text.
 */
export function parseS3Url(url: string): { readonly bucket: string; readonly prefix: string } {
  const [, bucket, path = ""] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/([^?#]{0,512}))?$/.exec(url) ?? [];
  if (bucket === undefined)
    throw new RecordError("wrong-setting", `${redactText(url)} has not the form s3://BUCKET/PREFIX`);
  return { bucket, prefix: path === "" || path.endsWith("/") ? path : `${path}/` };
}
