import type { ReloadDeps, ReloadMethod, ReloadOutcome } from "./ReloadMethod.ts";
import { runReloadCommand } from "./runReloadCommand.ts";
import { signalByPidFile } from "./signalByPidFile.ts";

/** Makes another server reload its certificate. Never throws. */
export async function triggerReload(method: ReloadMethod, deps: ReloadDeps): Promise<ReloadOutcome> {
  switch (method.kind) {
    case "command":
      return runReloadCommand(method.argv, deps);
    case "signal":
      return signalByPidFile(method.pidFile, method.signal);
    case "url":
      return postReload(method.url, deps);
  }
}

/** Sends the POST request. Any status from 200 to 299 is a success. Redirects are not followed. */
async function postReload(url: URL, { timeoutMs, signal, fetch: call }: ReloadDeps): Promise<ReloadOutcome> {
  const where = `POST ${url.origin}${url.pathname}`;
  const limit = AbortSignal.timeout(timeoutMs);
  try {
    const answer = await call(url, { method: "POST", redirect: "manual", signal: AbortSignal.any([signal, limit]) });
    // The body is not used, and may be endless.
    await answer.body?.cancel();
    if (answer.ok) return { result: "triggered" };
    return { result: "failed", message: `${where}: answered ${answer.status}, expected 200 to 299` };
  } catch (error) {
    if (limit.aborted) return { result: "failed", message: `${where}: no answer in ${timeoutMs / 1000} s` };
    const cause = error instanceof Error ? error.cause : undefined;
    const code = cause instanceof Error && "code" in cause && cause.code ? String(cause.code) : "no valid answer";
    const result = code === "ECONNREFUSED" ? "down" : "failed";
    return { result, message: `${where}: ${code === "ECONNREFUSED" ? "connection refused" : code}` };
  }
}
