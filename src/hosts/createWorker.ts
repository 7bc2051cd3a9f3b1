import type { ExecutionContext, Hono } from "hono";
import { verdictLines } from "../gate/answer/logVerdict.ts";
import { SelfTestSigner } from "../gate/answer/SelfTestSigner.ts";
import type { Gate } from "../gate/config/defineGate.ts";
import { parseBasePath } from "../gate/config/parseBasePath.ts";
import { parseSigningKey } from "../gate/config/parseSigningKey.ts";
import { createGate } from "../gate/createGate.ts";
import type { GateLimits } from "../gate/GateLimits.ts";
import { jsonLog } from "../telemetry/jsonLog.ts";
import type { Log } from "../telemetry/Log.ts";
import { limitLines } from "../telemetry/limitLines.ts";

/** Variables and bindings of a Worker (wrangler.toml; secrets with `wrangler secret put`). */
export interface WorkerEnv {
  /** A private Ed25519 JWK, as JSON; signs self-tests. */
  readonly POSTERN_SIGNING_KEY?: string;
  /** The path of the gate's URL, such as `/hooks` for `https://HOST/hooks`. */
  readonly POSTERN_BASE_PATH?: string;
  /** When set, each verdict is logged. */
  readonly POSTERN_VERDICT_LINES?: string;
  /** How these lines name the user: `none` (default), `hash` or `name`. */
  readonly POSTERN_VERDICT_USER?: string;
  /** A KV namespace with the announcement under the gate's name, as `postern announce` publishes it. */
  readonly POSTERN_ANNOUNCEMENTS?: { get(key: string): Promise<string | null> };
  /** The announcement itself, without a KV namespace. */
  readonly POSTERN_ANNOUNCEMENT?: string;
  /** When set, a policy that changes the review that it sees fails. `postern dev` sets it. */
  readonly POSTERN_FREEZE_REVIEWS?: string;
}

const MEBIBYTE = 1024 * 1024;
/**
 * An isolate has 128 MB of memory: about 20 MB for the Worker, and the rest for bodies that arrive, their text, and what is
 * parsed. A 1 MiB object of `<`, which the API server escapes six-fold, makes 6 MiB. A larger review is denied with the
 * reason. A call waits only for its own async policies, so few calls are in progress in one isolate.
 */
const LIMITS: GateLimits = {
  bodyBytes: 7 * MEBIBYTE,
  receivedBytes: 14 * MEBIBYTE,
  callsInFlight: 64,
  callBytes: 48 * MEBIBYTE,
  bytesInFlight: 64 * MEBIBYTE,
};

/** Makes the module that Cloudflare Workers serves for a gate. The app is created at the first call, once for each isolate. */
export function createWorker(gate: Gate): {
  fetch(request: Request, env: WorkerEnv, context: ExecutionContext): Response | Promise<Response>;
} {
  let app: Hono | undefined;
  return {
    fetch(request, env, context) {
      app ??= createWorkerApp(gate, env);
      const answer = app.fetch(request, env, context);
      // workerd drops the call of a caller that has gone, without `finally`. With waitUntil the call ends and frees its place.
      if (answer instanceof Promise) context.waitUntil(answer.then(ignore, ignore));
      return answer;
    },
  };
}

function ignore(): void {}

function createWorkerApp(gate: Gate, env: WorkerEnv): Hono {
  // biome-ignore lint/suspicious/noConsole: what a Worker writes to the console is its log
  const all = jsonLog((line) => console.log(line), Date.now);
  const log = limitLines(all, Date.now, ["warn", "error"]);
  return createGate(gate, {
    now: Date.now,
    log,
    limits: LIMITS,
    // workerd copies a Headers in a third of the time that it needs to read an object.
    answerInit: { headers: new Headers({ "content-type": "application/json" }) },
    freezeReviews: env.POSTERN_FREEZE_REVIEWS !== undefined,
    basePath: usableBasePath(env, log),
    ...usableSigningKey(env, log),
    announcement: async () => (await env.POSTERN_ANNOUNCEMENTS?.get(gate.name)) ?? env.POSTERN_ANNOUNCEMENT,
    ...usableVerdictLines(env, log),
  });
}

/**
 * The signing key, or nothing when it cannot be used. A Worker has no start at which it could fail. To fail every call
 * instead would allow everything where failurePolicy is Ignore.
 */
function usableSigningKey(env: WorkerEnv, log: Log): ReturnType<typeof parseSigningKey> {
  try {
    const parsed = parseSigningKey(env.POSTERN_SIGNING_KEY);
    if (parsed.signingKey !== undefined) new SelfTestSigner(parsed.signingKey);
    return parsed;
  } catch (error) {
    log.error("the signing key cannot be used; self-tests are unsigned", { error });
    return {};
  }
}

/** The base path, or nothing when it cannot be used, for the same reason. */
function usableBasePath(env: WorkerEnv, log: Log): string {
  try {
    return parseBasePath(env.POSTERN_BASE_PATH);
  } catch (error) {
    log.error("the base path cannot be used; paths are served without it", { error });
    return "";
  }
}

/** The settings of verdict lines; without users when they cannot be used, for the same reason. */
function usableVerdictLines(env: WorkerEnv, log: Log): ReturnType<typeof verdictLines> {
  try {
    return verdictLines(log, env);
  } catch (error) {
    log.error("the users of verdict lines are not logged", { error });
    return verdictLines(log, { ...env, POSTERN_VERDICT_USER: "none" });
  }
}
