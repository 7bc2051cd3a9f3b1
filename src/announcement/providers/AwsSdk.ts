import { ProviderError } from "./ProviderError.ts";

/** The parts of the AWS SDK, each by itself: none of them comes with Postern. */
const PARTS = {
  acm: () => import("@aws-sdk/client-acm"),
  lambda: () => import("@aws-sdk/client-lambda"),
  gateway: () => import("@aws-sdk/client-apigatewayv2"),
} as const;
const PACKAGES: Readonly<Record<keyof typeof PARTS, string>> = {
  acm: "@aws-sdk/client-acm",
  lambda: "@aws-sdk/client-lambda",
  gateway: "@aws-sdk/client-apigatewayv2",
};

/** One of the SDK's packages. */
export type AwsSdk<Part extends keyof typeof PARTS> = Awaited<ReturnType<(typeof PARTS)[Part]>>;

/** Loads one of the SDK's packages. Throws {@link ProviderError} `missing-package`, with how to install it. */
export async function loadAwsSdk<Part extends keyof typeof PARTS>(
  part: Part,
): Promise<Awaited<ReturnType<(typeof PARTS)[Part]>>>;
export async function loadAwsSdk(part: keyof typeof PARTS): Promise<unknown> {
  try {
    return await PARTS[part]();
  } catch (error) {
    throw new ProviderError(
      "missing-package",
      `the provider aws needs ${PACKAGES[part]}: npm install ${PACKAGES[part]}`,
      error,
    );
  }
}

/** What every client is made with: one attempt alone, for whoever is turned away asks again in the next run. */
export interface AwsClientConfig {
  readonly region: string;
  readonly endpoint?: string;
  readonly maxAttempts: 1;
}

/** Puts the SDK's errors into words. */
export function awsFault(error: unknown): ProviderError {
  if (error instanceof ProviderError) return error;
  const name = error instanceof Error ? error.name : "Error";
  const message = error instanceof Error ? error.message : "it cannot be asked";
  const text = `aws: ${name}: ${message}`.slice(0, 500);
  if (/Throttl|TooManyRequests|LimitExceeded/.test(name)) return new ProviderError("rate-limited", text, error);
  if (/NotFound/.test(name)) return new ProviderError("not-found", text, error);
  if (statusOf(error) >= 400 && statusOf(error) < 500) return new ProviderError("refused", text, error);
  return new ProviderError("unavailable", text, error);
}

/** `$metadata.httpStatusCode`, which every error of the SDK's that is an answer has; 0 for others. */
function statusOf(error: unknown): number {
  const metadata = typeof error === "object" && error !== null && "$metadata" in error ? error.$metadata : undefined;
  const status =
    typeof metadata === "object" && metadata !== null && "httpStatusCode" in metadata ? metadata.httpStatusCode : 0;
  return typeof status === "number" ? status : 0;
}
