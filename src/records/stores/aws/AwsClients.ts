import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { S3Client } from "@aws-sdk/client-s3";
import { RecordError } from "../../RecordError.ts";
import { StoreClock } from "./StoreClock.ts";

/** Packages of the AWS SDK, loaded on demand. Lambda's runtime has them; they are not installed with Postern. */
const LOADERS = {
  dynamodb: () => import("@aws-sdk/client-dynamodb"),
  s3: () => import("@aws-sdk/client-s3"),
} as const;

type Part = keyof typeof LOADERS;

/** The module of one of the SDK's packages. */
export type AwsModule<P extends Part> = Awaited<ReturnType<(typeof LOADERS)[P]>>;

/** Time limits of calls to AWS. */
export interface AwsLimits {
  /** Of one attempt, in milliseconds. */
  readonly attemptMs: number;
  /** Of a call with its retries, in milliseconds. */
  readonly callMs: number;
  /** Attempts of a call: the SDK repeats one that met a 5xx, throttling or a broken connection. */
  readonly attempts: number;
}

/**
 * Two attempts within 3.5 seconds: a connection that broke while the instance was frozen costs one. Registrations have a
 * `timeoutSeconds` of 5 by default.
 */
export const AWS_LIMITS: AwsLimits = { attemptMs: 1_500, callMs: 3_500, attempts: 2 };

type Env = Readonly<Record<string, string | undefined>>;

/** What clients are made of. */
export interface AwsClientDeps {
  /** AWS_REGION, AWS_ENDPOINT_URL_DYNAMODB, AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL. The SDK finds the credentials. */
  readonly env: Env;
  readonly limits: AwsLimits;
}

/** A client of DynamoDB with the clock that its answers set. */
export interface DynamoAccess {
  readonly sdk: AwsModule<"dynamodb">;
  readonly client: DynamoDBClient;
  readonly clock: StoreClock;
  readonly limits: AwsLimits;
}

/** A client of S3, or of another store with its API. */
export interface S3Access {
  readonly sdk: AwsModule<"s3">;
  readonly client: S3Client;
  readonly limits: AwsLimits;
}

/** Makes a client of DynamoDB. `monotonicMs` is a clock that no setting of the time moves. Rejects with {@link RecordError}. */
export async function openDynamo(
  { env, limits }: AwsClientDeps,
  monotonicMs: () => number = () => performance.now(),
): Promise<DynamoAccess> {
  const sdk = await loaded("dynamodb");
  const clock = new StoreClock(monotonicMs);
  const client = new sdk.DynamoDBClient(configOf(env, env.AWS_ENDPOINT_URL_DYNAMODB, limits));
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      clock.see(result.response);
      return result;
    },
    // The innermost place: it sees the answer before the SDK has read it.
    { step: "deserialize", priority: "low", name: "posternStoreClock" },
  );
  return { sdk, client, clock, limits };
}

/** Makes a client of S3. Rejects with {@link RecordError}. */
export async function openS3({ env, limits }: AwsClientDeps): Promise<S3Access> {
  const sdk = await loaded("s3");
  const config = configOf(env, env.AWS_ENDPOINT_URL_S3, limits);
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

function configOf(
  env: Env,
  own: string | undefined,
  { attemptMs, attempts }: AwsLimits,
): {
  readonly region?: string;
  readonly endpoint?: string;
  readonly maxAttempts: number;
  readonly requestHandler: {
    readonly connectionTimeout: number;
    readonly requestTimeout: number;
    readonly throwOnRequestTimeout: true;
  };
} {
  const endpoint = own ?? env.AWS_ENDPOINT_URL;
  // `auto` is the region of R2 (developers.cloudflare.com/r2/api/s3/api). Without an endpoint the SDK reads its own files.
  const region = env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? (endpoint === undefined ? undefined : "auto");
  return {
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    maxAttempts: attempts,
    requestHandler: { connectionTimeout: attemptMs, requestTimeout: attemptMs, throwOnRequestTimeout: true },
  };
}

async function loaded<P extends Part>(part: P): Promise<AwsModule<P>>;
async function loaded(part: Part): Promise<unknown> {
  try {
    return await LOADERS[part]();
  } catch (error) {
    const name = `@aws-sdk/client-${part}`;
    throw new RecordError("wrong-setting", `records on AWS need ${name}: npm install ${name}`, { cause: error });
  }
}
