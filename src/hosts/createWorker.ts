import type { ExecutionContext, Hono } from "hono";
import { logVerdict } from "../gate/answer/logVerdict.ts";
import { SelfTestSigner } from "../gate/answer/selfTest.ts";
import type { Gate } from "../gate/config/defineGate.ts";
import { parseSigningKey } from "../gate/config/parseSigningKey.ts";
import { createGate } from "../gate/createGate.ts";
import { jsonLog } from "../telemetry/jsonLog.ts";
import type { Log } from "../telemetry/Log.ts";

/** What a Worker may be bound to (wrangler.toml; secrets with `wrangler secret put`). */
export interface WorkerEnv {
  /** A private Ed25519 JWK, as JSON; signs self-tests. */
  readonly POSTERN_SIGNING_KEY?: string;
  /** When set, a line for each verdict goes to the log. */
  readonly POSTERN_VERDICT_LINES?: string;
  /** Holds the announcement under the gate's name; `postern announce` publishes there. */
  readonly POSTERN_ANNOUNCEMENTS?: { get(key: string): Promise<string | null> };
  /** The announcement itself, where there is no KV namespace. */
  readonly POSTERN_ANNOUNCEMENT?: string;
  /** When set, a policy that changes what it is shown fails; set by `postern dev`. */
  readonly POSTERN_FREEZE_REVIEWS?: string;
}

/**
 * An isolate has 128 MB for everything. Judging a review takes 4 to 5 times its size at the peak (Pods, ConfigMaps and
 * custom resources of 6.3 and 8 MiB under workerd), one of nothing but tiny objects 16 times. A 1 MiB object of `<`,
 * which the API server escapes six-fold, makes 6 MiB: it fits, and two such calls at one time do. What is larger is
 * denied with the reason.
 */
const BODY_BYTES = 7 * 1024 * 1024;
/** A call waits for nothing but its own async policies, so few are ever in flight in one isolate. */
const CALLS_IN_FLIGHT = 64;

/** The module that Cloudflare Workers serves for a gate. The app is made at the first call and kept for the isolate's life. */
export function createWorker(gate: Gate): {
  fetch(request: Request, env: WorkerEnv, context: ExecutionContext): Response | Promise<Response>;
} {
  let app: Hono | undefined;
  return {
    fetch(request, env, context) {
      app ??= createWorkerApp(gate, env);
      const answer = app.fetch(request, env, context);
      // workerd drops a call whose caller has gone, `finally` and all; this lets it end, and give its place back.
      if (answer instanceof Promise) context.waitUntil(answer.then(nothing, nothing));
      return answer;
    },
  };
}

function nothing(): void {}

function createWorkerApp(gate: Gate, env: WorkerEnv): Hono {
  // biome-ignore lint/suspicious/noConsole: what a Worker writes to the console is its log
  const log = jsonLog((line) => console.log(line), Date.now);
  return createGate(gate, {
    now: Date.now,
    log,
    limits: { bodyBytes: BODY_BYTES, callsInFlight: CALLS_IN_FLIGHT, bytesInFlight: 2 * BODY_BYTES },
    freezeReviews: env.POSTERN_FREEZE_REVIEWS !== undefined,
    ...usableSigningKey(env, log),
    announcement: async () => (await env.POSTERN_ANNOUNCEMENTS?.get(gate.name)) ?? env.POSTERN_ANNOUNCEMENT,
    ...(env.POSTERN_VERDICT_LINES === undefined ? {} : { onVerdict: logVerdict(log) }),
  });
}

/**
 * A Worker has no start at which it could refuse a key, and without one it still judges: the key is left out and said
 * to be, where failing every call would let everything in under failurePolicy Ignore.
 */
function usableSigningKey(env: WorkerEnv, log: Log): ReturnType<typeof parseSigningKey> {
  try {
    const parsed = parseSigningKey(env.POSTERN_SIGNING_KEY);
    if (parsed.signingKey !== undefined) new SelfTestSigner(parsed.signingKey);
    return parsed;
  } catch (error) {
    log.error("the signing key is refused; self-tests are unsigned", { error });
    return {};
  }
}
