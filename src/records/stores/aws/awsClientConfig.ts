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

/** Calls of a person's command may take longer than those of a review. */
export const READ_LIMITS: AwsLimits = { attemptMs: 20_000, callMs: 60_000, attempts: 3 };

type Env = Readonly<Record<string, string | undefined>>;

/** What clients are made of. */
export interface AwsClientDeps {
  /** AWS_REGION, AWS_ENDPOINT_URL_DYNAMODB, AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL. The SDK finds the credentials. */
  readonly env: Env;
  readonly limits: AwsLimits;
}

/** The configuration of a client. `own` is the endpoint of its service alone. */
export function awsClientConfig(
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
