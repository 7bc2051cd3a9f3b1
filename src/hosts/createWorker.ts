import type { ExecutionContext, Hono } from "hono";
import { verdictLines } from "../gate/answer/logVerdict.ts";
import { SelfTestSigner } from "../gate/answer/SelfTestSigner.ts";
import type { Gate } from "../gate/config/defineGate.ts";
import { parseAddressKey } from "../gate/config/parseAddressKey.ts";
import { parseBasePath } from "../gate/config/parseBasePath.ts";
import { parseSigningKey } from "../gate/config/parseSigningKey.ts";
import { createGate } from "../gate/createGate.ts";
import type { GateDependencies } from "../gate/GateDependencies.ts";
import type { GateLimits } from "../gate/GateLimits.ts";
import { PendingRecords, type RecordQueue } from "../records/stores/workers/PendingRecords.ts";
import type { WorkerRecords, WorkerRecordsEnv } from "../records/stores/workers/workerRecords.ts";
import type { AsyncContext } from "../telemetry/context/AsyncContext.ts";
import { ClientAddresses } from "../telemetry/context/ClientAddresses.ts";
import { contextLog } from "../telemetry/context/contextLog.ts";
import { jsonLog } from "../telemetry/jsonLog.ts";
import type { Log } from "../telemetry/Log.ts";
import { limitLines } from "../telemetry/limitLines.ts";
import type { TelemetryFactory } from "../telemetry/Telemetry.ts";
import { type RateLimitEnv, workerRates } from "./rates/workerRates.ts";
import { readOncePerSecond } from "./readOncePerSecond.ts";
import { usableTier } from "./usableTier.ts";

/** Variables and bindings of a Worker (wrangler.toml; secrets with `wrangler secret put`). */
export interface WorkerEnv extends WorkerRecordsEnv, RateLimitEnv {
  /** The keys of capabilities: a private JWKS, as `postern keys new` makes it. A secret. */
  readonly POSTERN_CAPABILITY_KEYS?: string;
  /** A private Ed25519 JWK, as JSON; signs self-tests. */
  readonly POSTERN_SIGNING_KEY?: string;
  /** The path of the gate's URL, such as `/hooks` for `https://HOST/hooks`. */
  readonly POSTERN_BASE_PATH?: string;
  /** When set, each verdict is logged. */
  readonly POSTERN_VERDICT_LINES?: string;
  /** How these lines name the user: `none` (default), `hash` or `name`. */
  readonly POSTERN_VERDICT_USER?: string;
  /** The key of the HMAC that replaces addresses of clients, or `plain`. Default: random, for each isolate. */
  readonly POSTERN_ADDRESS_KEY?: string;
  /** A KV namespace with the announcement under the gate's name, as `postern announce` publishes it. Read at most once a second. */
  readonly POSTERN_ANNOUNCEMENTS?: { get(key: string): Promise<string | null> };
  /** The announcement itself, without a KV namespace. */
  readonly POSTERN_ANNOUNCEMENT?: string;
  /** When set, a policy that changes the review that it sees fails. `postern dev` sets it. */
  readonly POSTERN_FREEZE_REVIEWS?: string;
  /** A Queue for decision records of the profile `latency`. Without it they are lines of the log. */
  readonly POSTERN_RECORD_QUEUE?: RecordQueue;
}

/** Parts of a Worker that not every gate needs. */
export interface WorkerOptions {
  /** The profile `compliance`, and the consumer of the queue: `workerRecords()`. */
  readonly records?: WorkerRecords;
  /**
   * Reads the certificates of mTLS: `workerCertificate`, for a gate with the tier `clientCertificate()`. Default: no caller
   * has one.
   */
  readonly clientCertificate?: GateDependencies["clientCertificate"];
  /** Traces and metrics: `workersTelemetry`. Default: only the log, whose lines have the ids of the caller's trace. */
  readonly telemetry?: TelemetryFactory;
  /**
   * Carries the facts of a call to every log line: `nodeAsyncContext()`, with the compatibility flag `nodejs_als`. Default: the
   * lines of the call and of `ctx.log` have them.
   */
  readonly asyncContext?: AsyncContext;
}

/** The module of a Worker. */
export interface Worker {
  fetch(request: Request, env: WorkerEnv, context: ExecutionContext): Response | Promise<Response>;
  /** With the option `records`. */
  readonly queue?: WorkerRecords["queue"];
}

/** The app of an isolate, and what it does after each answer. */
interface WorkerApp {
  readonly app: Hono;
  /** Never rejects. */
  readonly flush: () => Promise<void>;
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
export function createWorker(gate: Gate, options: WorkerOptions = {}): Worker {
  let created: WorkerApp | undefined;
  const contexts = new WeakMap<Request, ExecutionContext>();
  const background = (request: Request, work: Promise<void>): void => contexts.get(request)?.waitUntil(work);
  return {
    fetch(request, env, context) {
      created ??= createWorkerApp(gate, env, { ...options, background });
      // A tier may refresh keys after the answer.
      if (gate.tiers.length > 0) contexts.set(request, context);
      const { app, flush } = created;
      const answer = app.fetch(request, env, context);
      // workerd drops the call of a caller that has gone, without `finally`. With waitUntil the call ends and frees its place.
      if (answer instanceof Promise) context.waitUntil(answer.then(flush, flush));
      return answer;
    },
    ...(options.records === undefined ? {} : { queue: options.records.queue }),
  };
}

type AppOptions = WorkerOptions & Pick<GateDependencies, "background">;

function createWorkerApp(gate: Gate, env: WorkerEnv, options: AppOptions): WorkerApp {
  const { asyncContext } = options;
  // biome-ignore lint/suspicious/noConsole: what a Worker writes to the console is its log
  const write = (line: string): void => console.log(line);
  const plain = jsonLog(write, Date.now);
  const all = asyncContext === undefined ? plain : contextLog(plain, asyncContext);
  const log = limitLines(all, Date.now, ["warn", "error"]);
  const telemetry = usable(
    log,
    "telemetry cannot be used; nothing is traced or measured",
    () => options.telemetry?.({ env: { ...env }, service: gate.name, log, now: Date.now, fetch: fetchNow }),
    () => undefined,
  );
  const pending = new PendingRecords({
    queue: env.POSTERN_RECORD_QUEUE,
    log,
    now: Date.now,
    onDropped: (count) => telemetry?.metrics?.recordsDropped(count),
  });
  telemetry?.metrics?.recordQueue(() => pending.size);
  const now = options.records?.now(env);
  const tiers = gate.tiers.map((tier) => usableTier(tier, log));
  const app = createGate(
    { ...gate, tiers },
    {
      now: Date.now,
      log,
      limits: LIMITS,
      // workerd copies a Headers in a third of the time that it needs to read an object.
      answerInit: { headers: new Headers({ "content-type": "application/json" }) },
      freezeReviews: env.POSTERN_FREEZE_REVIEWS !== undefined,
      basePath: usable(
        log,
        "the base path cannot be used; paths are served without it",
        () => parseBasePath(env.POSTERN_BASE_PATH),
        () => "",
      ),
      ...usable(
        log,
        "the signing key cannot be used; self-tests are unsigned",
        () => readSigningKey(env),
        () => ({}),
      ),
      announcement: readOncePerSecond(
        async () => (await env.POSTERN_ANNOUNCEMENTS?.get(gate.name)) ?? env.POSTERN_ANNOUNCEMENT,
        Date.now,
      ),
      ...usable(
        log,
        "the users of verdict lines are not logged",
        () => verdictLines(log, env),
        () => verdictLines(log, { ...env, POSTERN_VERDICT_USER: "none" }),
      ),
      records: { later: (decide, bytes) => pending.later(decide, bytes), ...(now === undefined ? {} : { now }) },
      clients: new ClientAddresses({
        hash: usable(
          log,
          "the key for addresses of clients cannot be used; a random one is",
          () => parseAddressKey(env.POSTERN_ADDRESS_KEY),
          () => parseAddressKey(undefined),
        ),
        // Cloudflare sets it, whatever the caller sends.
        addressOf: ({ headers }) => headers.get("cf-connecting-ip") ?? undefined,
        isWritten: log.isWritten,
      }),
      clientCertificate: options.clientCertificate,
      background: options.background,
      rates: workerRates(env, Date.now),
      variables: { ...env },
      fetch: fetchNow,
      tracer: telemetry?.tracer,
      metrics: telemetry?.metrics,
      asyncContext,
    },
  );
  const flush = async (): Promise<void> => {
    await Promise.all([pending.flush(), telemetry?.isDue === true ? telemetry.flush() : undefined]);
  };
  return { app, flush };
}

/** A method of another object cannot be `fetch` in workerd. */
const fetchNow: typeof fetch = (...args) => fetch(...args);

/**
 * What is read from the variables of a Worker, or something else when they cannot be used: an error is in the log. A Worker has no
 * start at which it could fail. To fail every call instead would allow everything where failurePolicy is Ignore.
 */
function usable<T>(log: Log, message: string, read: () => T, otherwise: () => T): T {
  try {
    return read();
  } catch (error) {
    log.error(message, { error });
    return otherwise();
  }
}

function readSigningKey(env: WorkerEnv): ReturnType<typeof parseSigningKey> {
  const parsed = parseSigningKey(env.POSTERN_SIGNING_KEY);
  if (parsed.signingKey !== undefined) new SelfTestSigner(parsed.signingKey);
  return parsed;
}
