import type { Miniflare, MiniflareOptions } from "miniflare";
import { errorMessage } from "../../telemetry/errorMessage.ts";
import { CliError } from "../terminal/CliError.ts";
import { BundlePlaces } from "./print/BundlePlaces.ts";
import { RuntimeProcesses } from "./RuntimeProcesses.ts";

/** Equal to compatibility_date in wrangler.toml, so that local and deployed Workers behave the same. */
export const COMPATIBILITY_DATE = "2026-07-01";

/** Time for the open calls of a replaced Worker. */
const DRAIN_MS = 30_000;

/** How long a Worker that is not blocked may need for a simple call. */
const ALIVE_MS = 2_000;

/** Stands in the place of `RecordsObject`: the store is in the process of `postern dev`. */
const RECORDS_SCRIPT = `export class RecordsOfDev {
  constructor(_, env) { this.env = env; }
  fetch(request) { return this.env.STORE.fetch(request); }
}
export default { fetch: () => new Response(null, { status: 404 }) };`;

/** Signals that stop `postern dev`. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

type MiniflareModule = typeof import("miniflare");

/** Events of a {@link DevWorker}. */
export interface DevWorkerEvents {
  /** A line that the Worker or its runtime writes, and the places of the bundle that it may name. */
  readonly onLog: (line: string, places: BundlePlaces) => void;
  /** A sentence about the runtime, which ended and is started again. */
  readonly onRestart: (what: string) => void;
  /** Answers what the Worker sends to its `RecordsObject`: JSON in, JSON out. Never rejects. */
  readonly onRecords: (body: string) => Promise<string>;
}

/** A Worker in workerd, on a separate loopback port. */
export class DevWorker {
  readonly #module: MiniflareModule;
  readonly #onLog: DevWorkerEvents["onLog"];
  readonly #onRecords: DevWorkerEvents["onRecords"];
  readonly #runtimes: RuntimeProcesses;
  readonly #starting = new Set<Miniflare>();
  #loading: Promise<unknown> = Promise.resolve();
  readonly #replaced = new Map<Miniflare, ReturnType<typeof setTimeout>>();
  #current: { readonly miniflare: Miniflare; readonly url: URL } | undefined;
  /** The call that was not answered, while the Worker seems to be blocked. */
  #blockedBy: string | undefined;

  private constructor(module: MiniflareModule, { onLog, onRestart, onRecords }: DevWorkerEvents) {
    this.#module = module;
    this.#onLog = onLog;
    this.#onRecords = onRecords;
    this.#runtimes = new RuntimeProcesses((how) => {
      const blockedBy = this.#blockedBy;
      this.#blockedBy = undefined;
      // load() reports the end of a runtime that it starts.
      if (this.#current === undefined || (this.#starting.size > 0 && blockedBy === undefined)) return;
      onRestart(
        blockedBy === undefined
          ? `the Workers runtime ended (${how}); it is started again`
          : `the Worker was blocked, perhaps by an endless loop in a policy, at ${blockedBy}; it is started again`,
      );
    });
  }

  /** Throws {@link CliError} `missing-package` when miniflare is not installed. */
  static async create(events: DevWorkerEvents): Promise<DevWorker> {
    try {
      return new DevWorker(await import("miniflare"), events);
    } catch (error) {
      throw new CliError("missing-package", "postern dev needs miniflare: npm install --save-dev miniflare", error);
    }
  }

  /**
   * Starts a bundle, and replaces the previous one when the new one is ready. The previous one finishes its open calls.
   * Throws {@link CliError} `build-failed` when the new one does not start; the previous one then continues to serve.
   */
  load(script: string): Promise<void> {
    const loading = this.#load(script);
    this.#loading = loading.catch(() => undefined);
    return loading;
  }

  async #load(script: string): Promise<void> {
    const atStart: string[] = [];
    const places = new BundlePlaces(script);
    let started = false;
    const onLine = (line: string): void => {
      if (started) this.#onLog(line, places);
      else atStart.push(line);
    };
    const options = this.#options(script, onLine);
    const miniflare = withoutSignals(() => new this.#module.Miniflare(options));
    this.#starting.add(miniflare);
    try {
      const url = await miniflare.ready;
      const { status } = await fetch(new URL("/readyz", url), { signal: AbortSignal.timeout(10_000) });
      if (status !== 200)
        throw new Error(`/readyz answered ${status}; expected a module that exports createWorker(gate)`);
      this.#replace();
      this.#current = { miniflare, url };
      started = true;
      for (const line of atStart) this.#onLog(line, places);
    } catch (error) {
      await miniflare.dispose().catch(() => undefined);
      throw new CliError("build-failed", `the Worker does not start: ${startFault(atStart, error, places)}`, error);
    } finally {
      this.#starting.delete(miniflare);
    }
  }

  /** Starts the runtime again when the Worker does not answer a simple call. `call` is the one that was not answered. */
  async restartIfBlocked(call: string): Promise<void> {
    const url = this.#current?.url;
    if (url === undefined || this.#blockedBy !== undefined) return;
    this.#blockedBy = call;
    const isAlive = await fetch(new URL("/healthz", url), { signal: AbortSignal.timeout(ALIVE_MS) }).then(
      () => true,
      () => false,
    );
    // The newest runtime is that of the current Worker only when no other is being started.
    await this.#loading;
    if (isAlive || this.#current?.url !== url) this.#blockedBy = undefined;
    else this.#runtimes.killNewest();
  }

  /** The URL where the Worker listens. */
  get url(): URL {
    if (this.#current === undefined) throw new Error("no bundle is loaded");
    return this.#current.url;
  }

  /** Stops all runtimes. A Worker that is being loaded does not start. */
  async stop(): Promise<void> {
    this.#replace();
    for (const timer of this.#replaced.values()) clearTimeout(timer);
    const all = [...this.#replaced.keys(), ...this.#starting];
    await Promise.all(all.map((miniflare) => miniflare.dispose().catch(() => undefined)));
    this.#runtimes.stop();
  }

  #replace(): void {
    if (this.#current === undefined) return;
    const { miniflare } = this.#current;
    this.#current = undefined;
    const timer = setTimeout(() => {
      this.#replaced.delete(miniflare);
      void miniflare.dispose();
    }, DRAIN_MS);
    this.#replaced.set(miniflare, timer);
  }

  #options(script: string, onLine: (line: string) => void): MiniflareOptions {
    const { Response } = this.#module;
    const store = async (request: { text(): Promise<string> }): Promise<InstanceType<MiniflareModule["Response"]>> =>
      new Response(await this.#onRecords(await request.text()));
    const every = { modules: true, compatibilityDate: COMPATIBILITY_DATE } as const;
    const options = {
      workers: [
        {
          ...every,
          name: "gate",
          script,
          bindings: { POSTERN_VERDICT_LINES: "1", POSTERN_FREEZE_REVIEWS: "1" },
          durableObjects: { POSTERN_RECORDS: { className: "RecordsOfDev", scriptName: "records" } },
        },
        {
          ...every,
          name: "records",
          script: RECORDS_SCRIPT,
          // The runtime defines the class where a binding of its own Worker names it.
          durableObjects: { SELF: "RecordsOfDev" },
          serviceBindings: { STORE: store },
        },
      ],
      host: "127.0.0.1",
      port: 0,
      handleStructuredLogs: ({ message }: { readonly message: string }) => onLine(message),
    };
    // These are options of miniflare 4. miniflare 5 has other options, and this function to convert them.
    const { convertV4MiniflareOptions } = this.#module;
    return convertV4MiniflareOptions === undefined
      ? (options as unknown as MiniflareOptions)
      : convertV4MiniflareOptions(options);
  }
}

/**
 * Creates something without its signal listeners. At a signal, Miniflare exits immediately with 130 or 143, but open
 * calls have to finish first. Its exit hook, which stops the runtime, remains.
 */
function withoutSignals<T>(make: () => T): T {
  const before = SIGNALS.map((signal) => process.listeners(signal));
  const created = make();
  for (const [index, signal] of SIGNALS.entries())
    for (const listener of process.listeners(signal))
      if (before[index]?.includes(listener) !== true) process.off(signal, listener);
  return created;
}

/**
 * The first error line of the runtime, without its prefix `service core:user:NAME: Uncaught`, and with the place in the
 * files of the user where the runtime names it.
 */
function startFault(lines: readonly string[], error: unknown, places: BundlePlaces): string {
  const reported = lines.find((line) => /error/i.test(line));
  const [text = ""] = (reported ?? errorMessage(error)).split("\n", 1);
  const place = reported === undefined ? undefined : places.firstOf(lines.join("\n"));
  const fault = text.replace(/^service [^ ]+ (?:Uncaught )?/, "").replace(/^Error: (?=\w*Error: )/, "");
  return place === undefined ? fault : `${place}: ${fault}`;
}
