import type { ReloadDeps, ReloadOutcome } from "./ReloadWay.ts";

/** POSTs to a reload endpoint. Any answer of 200 to 299 will do; redirects are not followed. Never throws. */
export async function postReload(url: URL, { timeoutMs, signal, fetch: call }: ReloadDeps): Promise<ReloadOutcome> {
  const where = `POST ${url.origin}${url.pathname}`;
  const limit = AbortSignal.timeout(timeoutMs);
  try {
    const answer = await call(url, { method: "POST", redirect: "manual", signal: AbortSignal.any([signal, limit]) });
    // What it says beside its status is not gone by, and may have no end.
    await answer.body?.cancel();
    if (answer.ok) return { result: "told" };
    return { result: "failed", message: `${where}: answered ${answer.status}, expected 200 to 299` };
  } catch (error) {
    if (limit.aborted) return { result: "failed", message: `${where}: no answer in ${timeoutMs / 1000} s` };
    const cause = error instanceof Error ? error.cause : undefined;
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "no connection";
    const result = code === "ECONNREFUSED" ? "down" : "failed";
    return { result, message: `${where}: ${code === "ECONNREFUSED" ? "nothing listens there" : code}` };
  }
}
