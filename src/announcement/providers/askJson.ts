import type * as z from "zod/mini";
import { faultFromIssue } from "../../protocol/faultFromIssue.ts";
import type { HttpAnswer, HttpCall } from "../../trust/probe/callHttp.ts";
import type { ProviderDeps } from "./ProviderDeps.ts";
import { ProviderError } from "./ProviderError.ts";

/** The longest answer of a provider. In bytes; a page of 50 certificate packs has some 200 KB. */
const BYTES = 2 * 1024 * 1024;

/** An answer that is what its schema says. */
export interface JsonAnswer<T> {
  readonly data: T;
  readonly header: HttpAnswer["header"];
}

/**
 * Asks for JSON, once: who is turned away for having asked too often does not ask again in the same run. Throws
 * {@link ProviderError}.
 */
export async function askJson<T>(
  call: Pick<HttpCall, "url" | "headers" | "ca">,
  schema: z.ZodMiniType<T>,
  deps: Pick<ProviderDeps, "call" | "timeout">,
): Promise<JsonAnswer<T>> {
  const { host } = new URL(call.url);
  const { status, header, text } = await deps.call({ ...call, timeout: deps.timeout, bytes: BYTES });
  const value = json(text);
  if (status === 429) {
    const after = header("retry-after");
    throw new ProviderError(
      "rate-limited",
      `${host} answers 429: it was asked too often${after === undefined ? "" : `, and is to be asked again after ${after.slice(0, 40)}`}`,
    );
  }
  if (status >= 500) throw new ProviderError("unavailable", `${host} answers ${status}`);
  if (status !== 200) throw new ProviderError("refused", `${host} answers ${status}${detailOf(value)}`);
  const parsed = schema.safeParse(value);
  if (parsed.success) return { data: parsed.data, header };
  const [issue] = parsed.error.issues;
  const { path, expected } = issue === undefined ? { path: "", expected: "another form" } : faultFromIssue(issue);
  const what =
    value === undefined ? "what is no JSON" : `something else than its documentation says: ${path}: ${expected}`;
  throw new ProviderError("bad-answer", `${host} answers ${what}`);
}

/** What an error says of itself, as Cloudflare (`errors[].message`) and ACME (RFC 7807 `detail`) write it. */
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

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
