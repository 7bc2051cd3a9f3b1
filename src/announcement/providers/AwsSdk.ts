import { TimeLimitError } from "../../http/TimeLimitError.ts";
import { assertListed } from "./listedOrigins.ts";
import type { ProviderDeps } from "./ProviderDeps.ts";
import { ProviderError } from "./ProviderError.ts";

/** Packages of the AWS SDK, loaded on demand. They are not installed with Postern. */
const LOADERS = {
  acm: () => import("@aws-sdk/client-acm"),
  lambda: () => import("@aws-sdk/client-lambda"),
  gateway: () => import("@aws-sdk/client-apigatewayv2"),
} as const;
const PACKAGES: Readonly<Record<keyof typeof LOADERS, string>> = {
  acm: "@aws-sdk/client-acm",
  lambda: "@aws-sdk/client-lambda",
  gateway: "@aws-sdk/client-apigatewayv2",
};

/** The module of one of the SDK's packages. */
export type AwsSdk<Part extends keyof typeof LOADERS> = Awaited<ReturnType<(typeof LOADERS)[Part]>>;

/** Loads one of the SDK's packages. Throws {@link ProviderError} `missing-package` with the command that installs it. */
export async function loadAwsSdk<Part extends keyof typeof LOADERS>(
  part: Part,
): Promise<Awaited<ReturnType<(typeof LOADERS)[Part]>>>;
export async function loadAwsSdk(part: keyof typeof LOADERS): Promise<unknown> {
  try {
    return await LOADERS[part]();
  } catch (error) {
    throw new ProviderError(
      "missing-package",
      `the provider aws needs ${PACKAGES[part]}: npm install ${PACKAGES[part]}`,
      error,
    );
  }
}

/** Options of every SDK client. It makes one attempt: the next run asks again. */
export interface AwsClientConfig {
  readonly region: string;
  readonly endpoint?: string;
  readonly maxAttempts: 1;
}

/** Errors that AWS documents for these calls (Common Errors of each API, and of each call), and those of the SDK itself. */
const DOCUMENTED = new Set(
  `AccessDeniedException BadRequestException ConflictException CredentialsProviderError ExpiredToken ExpiredTokenException
  IncompleteSignature IncompleteSignatureException InternalFailure InternalServerException InvalidArnException
  InvalidClientTokenId InvalidParameterValueException InvalidSignatureException LimitExceededException
  MissingAuthenticationToken MissingAuthenticationTokenException NotAuthorized NotFoundException OptInRequired
  RequestExpired RequestInProgressException ResourceNotFoundException ServiceException ServiceUnavailable
  ServiceUnavailableException SignatureDoesNotMatch ThrottlingException TooManyRequestsException
  UnrecognizedClientException ValidationException`.split(/\s+/),
);

/**
 * Converts an error of the SDK to a {@link ProviderError}: its documented name, the status, or the code of the operating
 * system. Its message has parts of the request or the answer.
 */
export function awsError(error: unknown): ProviderError {
  if (error instanceof ProviderError) return error;
  if (error instanceof TimeLimitError)
    return new ProviderError("unavailable", `aws: did not answer within ${error.limitMs} ms`);
  const name = error instanceof Error ? error.name : "";
  const status = statusOf(error);
  const code =
    error instanceof Error && "code" in error && /^E[A-Z0-9_]{2,40}$/.test(String(error.code))
      ? String(error.code)
      : "";
  const what = [DOCUMENTED.has(name) ? name : "", status === 0 ? "" : `status ${status}`, code].filter(
    (it) => it !== "",
  );
  const text = `aws: ${what.join(", ") || "the call failed"}`;
  if (/Throttl|TooManyRequests|LimitExceeded/.test(name)) return new ProviderError("rate-limited", text);
  if (/NotFound/.test(name)) return new ProviderError("not-found", text);
  if (status >= 400 && status < 500) return new ProviderError("refused", text);
  return new ProviderError("unavailable", text);
}

/**
 * The regional endpoints of the services that are asked, in all partitions (docs.aws.amazon.com/general/latest/gr/rande.html).
 * Other names of amazonaws.com belong to customers, such as those of API Gateway, EC2 and S3.
 */
const AWS_ORIGINS = [
  /^https:\/\/(?:acm|lambda|apigateway)(?:-fips)?\.[a-z0-9-]{1,40}\.(?:amazonaws\.com(?:\.cn)?|api\.aws)$/,
];

/** Throws {@link ProviderError} `unlisted-host` for an endpoint that gets no signed requests: they carry the session token. */
export function assertAwsEndpoint(endpoint: string | undefined, env: ProviderDeps["env"]): void {
  if (endpoint !== undefined) assertListed(endpoint, { setting: "aws.endpoint", own: AWS_ORIGINS, env });
}

/** `$metadata.httpStatusCode`, which every error answer has in the SDK. 0 for other errors. */
function statusOf(error: unknown): number {
  const metadata = typeof error === "object" && error !== null && "$metadata" in error ? error.$metadata : undefined;
  const status =
    typeof metadata === "object" && metadata !== null && "httpStatusCode" in metadata ? metadata.httpStatusCode : 0;
  return typeof status === "number" ? status : 0;
}
