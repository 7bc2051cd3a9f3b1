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

/** Converts an error of the SDK to a {@link ProviderError}. */
export function awsError(error: unknown): ProviderError {
  if (error instanceof ProviderError) return error;
  const name = error instanceof Error ? error.name : "Error";
  const message = error instanceof Error ? error.message : "the call failed";
  const text = `aws: ${name}: ${message}`.slice(0, 500);
  if (/Throttl|TooManyRequests|LimitExceeded/.test(name)) return new ProviderError("rate-limited", text, error);
  if (/NotFound/.test(name)) return new ProviderError("not-found", text, error);
  if (statusOf(error) >= 400 && statusOf(error) < 500) return new ProviderError("refused", text, error);
  return new ProviderError("unavailable", text, error);
}

/** `$metadata.httpStatusCode`, which every error answer has in the SDK. 0 for other errors. */
function statusOf(error: unknown): number {
  const metadata = typeof error === "object" && error !== null && "$metadata" in error ? error.$metadata : undefined;
  const status =
    typeof metadata === "object" && metadata !== null && "httpStatusCode" in metadata ? metadata.httpStatusCode : 0;
  return typeof status === "number" ? status : 0;
}
