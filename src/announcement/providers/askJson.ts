import type * as z from "zod/mini";
import { faultFromIssue } from "../../protocol/faultFromIssue.ts";
import type { HttpAnswer, HttpCall } from "../../trust/probe/callHttp.ts";
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
    const after = header("retry-after");
    throw new ProviderError(
      "rate-limited",
      `${host} answers 429: too many requests${after === undefined ? "" : `; retry after ${after.slice(0, 40)}`}`,
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

/** The message of an error answer: Cloudflare's `errors[].message`, or ACME's `detail` (RFC 7807). */
function detailOf(value: unknown): string {
  if (typeof value !== "object" || value === null) return "";
  const errors = "errors" in value && Array.isArray(value.errors) ? value.errors : [];
  const messages: unknown[] = errors.map((error: unknown) =>
    typeof error === "object" && error !== null && "message" in error ? error.message : undefined,
  );
  if ("detail" in value) messages.push(value.detail);
  const texts = messages.filter((message) => typeof message === "string");
  return texts.length === 0 ? "" : `: ${texts.join("; ").slice(0, 300)}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
