import type { S3Client } from "@aws-sdk/client-s3";
import { type AwsClientDeps, type AwsLimits, awsClientConfig } from "./awsClientConfig.ts";
import { type AwsSdk, loadAwsSdk } from "./loadAwsSdk.ts";

/** A client of S3, or of another store with its API. */
export interface S3Access {
  readonly sdk: AwsSdk<"s3">;
  readonly client: S3Client;
  readonly limits: AwsLimits;
}

/** Makes a client of S3. Rejects with {@link RecordError}. */
export async function openS3({ env, limits }: AwsClientDeps): Promise<S3Access> {
  const sdk = await loadAwsSdk("s3");
  const config = awsClientConfig(env, env.AWS_ENDPOINT_URL_S3, limits);
  const client = new sdk.S3Client({
    ...config,
    // Other stores need not have a host name for each bucket, nor the checksums of S3.
    ...(config.endpoint === undefined
      ? {}
      : {
          forcePathStyle: true,
          requestChecksumCalculation: "WHEN_REQUIRED",
          responseChecksumValidation: "WHEN_REQUIRED",
        }),
  });
  return { sdk, client, limits };
}
