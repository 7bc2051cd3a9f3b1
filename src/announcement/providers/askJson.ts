import type * as z from "zod/mini";
import type { HttpAnswer, HttpCall } from "../../http/callHttp.ts";
import { faultFromIssue } from "../../protocol/faultFromIssue.ts";
import type { ProviderDeps } from "./ProviderDeps.ts";
import { ProviderError } from "./ProviderError.ts";

/** The largest accepted answer. A page of 50 certificate packs has about 200 KB. */
const MAX_ANSWER_BYTES = 2 * 1024 * 1024;

/** An answer that matches its schema. */
export interface JsonAnswer<T> {
  readonly data: T;
  readonly header: HttpAnswer["header"];
}

/**
 * Fetches JSON with a single attempt; the next run asks again. Throws {@link ProviderError}: `rate-limited`, `unavailable`,
 * `refused` or `bad-answer`.
 */
export async function askJson<T>(
  call: Pick<HttpCall, "url" | "headers" | "ca">,
  schema: z.ZodMiniType<T>,
  deps: Pick<ProviderDeps, "call" | "timeoutMs">,
): Promise<JsonAnswer<T>> {
  const { host } = new URL(call.url);
  const { status, header, text } = await deps.call({ ...call, timeoutMs: deps.timeoutMs, maxBytes: MAX_ANSWER_BYTES });
  const value = parseJson(text);
  if (status === 429) {
    const after = retryAfter(header("retry-after"));
    throw new ProviderError(
      "rate-limited",
      `${host} answers 429: too many requests${after === undefined ? "" : `; retry after ${after}`}`,
    );
  }
  if (status >= 500) throw new ProviderError("unavailable", `${host} answers ${status}`);
  if (status !== 200) throw new ProviderError("refused", `${host} answers ${status}${detailOf(value)}`);
  const parsed = schema.safeParse(value);
  if (parsed.success) return { data: parsed.data, header };
  const [issue] = parsed.error.issues;
  const { path, expected } = issue === undefined ? { path: "", expected: "another form" } : faultFromIssue(issue);
  const what = value === undefined ? "with a body that is not JSON" : `in an undocumented form: ${path}: ${expected}`;
  throw new ProviderError("bad-answer", `${host} answers ${what}`);
}

/** The seconds or the date of Retry-After (RFC 9110, section 10.2.3). Undefined for anything else. */
export function retryAfter(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value)) return `${value} s`;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : new Date(date).toISOString();
}

/** Meanings of Cloudflare's codes (https://developers.cloudflare.com/api, and its troubleshooting pages), in own words. */
const CLOUDFLARE_CODES: Readonly<Record<number, string>> = {
  6003: "the request headers are invalid",
  6111: "the Authorization header is malformed",
  7003: "no such zone, account or object",
  9109: "the token is invalid, or lacks a permission",
  10000: "the token is not accepted",
};
/** RFC 8555, section 6.7. */
const ACME_ERROR = /^urn:ietf:params:acme:error:[A-Za-z]{1,40}$/;

/**
 * The codes of an error answer: Cloudflare's `errors[].code`, or ACME's `type` (RFC 8555, section 6.7). Texts are left out,
 * because a server, or a proxy in front of it, may repeat the request with its token.
 */
function detailOf(value: unknown): string {
  if (typeof value !== "object" || value === null) return "";
  const errors: readonly unknown[] = "errors" in value && Array.isArray(value.errors) ? value.errors.slice(0, 3) : [];
  const codes = errors.flatMap((error) => {
    const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
    if (typeof code !== "number" || !Number.isInteger(code) || code < 0 || code > 99_999) return [];
    const meaning = CLOUDFLARE_CODES[code];
    return [meaning === undefined ? `code ${code}` : `code ${code}, ${meaning}`];
  });
  const type = "type" in value && typeof value.type === "string" && ACME_ERROR.test(value.type) ? [value.type] : [];
  const details = [...codes, ...type];
  return details.length === 0 ? "" : `: ${details.join("; ")}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
