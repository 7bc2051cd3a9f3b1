import type { Miniflare, MiniflareOptions } from "miniflare";
import { errorMessage } from "../../telemetry/errorMessage.ts";
import { CliError } from "../terminal/CliError.ts";

/** Equal to compatibility_date in wrangler.toml, so that local and deployed Workers behave the same. */
export const COMPATIBILITY_DATE = "2026-07-01";

/** Time for the open calls of a replaced Worker. */
const DRAIN_MS = 30_000;

/** Signals that stop `postern dev`. */
const SIGNALS = ["SIGINT", "SIGTERM"] as const;

type MiniflareModule = typeof import("miniflare");

/** A Worker in workerd, on a separate loopback port. */
export class DevWorker {
  readonly #module: MiniflareModule;
  readonly #onLog: (line: string) => void;
  readonly #replaced = new Map<Miniflare, ReturnType<typeof setTimeout>>();
  #current: { readonly miniflare: Miniflare; readonly url: URL } | undefined;

  private constructor(module: MiniflareModule, onLog: (line: string) => void) {
    this.#module = module;
    this.#onLog = onLog;
  }

  /**
   * `onLog` receives each line that the Worker or its runtime writes. Throws {@link CliError} `missing-package` when
   * miniflare is not installed.
   */
  static async create(onLog: (line: string) => void): Promise<DevWorker> {
    try {
      return new DevWorker(await import("miniflare"), onLog);
    } catch (error) {
      throw new CliError("missing-package", "postern dev needs miniflare: npm install --save-dev miniflare", error);
    }
  }

  /**
   * Starts a bundle, and replaces the previous one when the new one is ready. The previous one finishes its open calls.
   * Throws {@link CliError} `build-failed` when the new one does not start; the previous one then continues to serve.
   */
  async load(script: string): Promise<void> {
    const atStart: string[] = [];
    let started = false;
    const onLine = (line: string): void => {
      if (started) this.#onLog(line);
      else atStart.push(line);
    };
    const options = this.#options(script, onLine);
    const miniflare = withoutSignals(() => new this.#module.Miniflare(options));
    try {
      const url = await miniflare.ready;
      const { status } = await fetch(new URL("/readyz", url), { signal: AbortSignal.timeout(10_000) });
      if (status !== 200) throw new Error(`/readyz answered ${status}`);
      this.#replace();
      this.#current = { miniflare, url };
      started = true;
      for (const line of atStart) this.#onLog(line);
    } catch (error) {
      await miniflare.dispose().catch(() => undefined);
      throw new CliError("build-failed", `the Worker does not start: ${startFault(atStart, error)}`, error);
    }
  }

  /** The URL where the Worker listens. */
  get url(): URL {
    if (this.#current === undefined) throw new Error("no bundle is loaded");
    return this.#current.url;
  }

  async stop(): Promise<void> {
    this.#replace();
    for (const timer of this.#replaced.values()) clearTimeout(timer);
    await Promise.all([...this.#replaced.keys()].map((miniflare) => miniflare.dispose()));
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
    const options = {
      modules: true,
      script,
      compatibilityDate: COMPATIBILITY_DATE,
      bindings: { POSTERN_VERDICT_LINES: "1", POSTERN_FREEZE_REVIEWS: "1" },
      host: "127.0.0.1",
      port: 0,
      handleStructuredLogs: ({ message }: { readonly message: string }) => onLine(message),
    } as const;
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

/** The first error line of the runtime, without its prefix `service core:user:NAME: Uncaught`. */
function startFault(lines: readonly string[], error: unknown): string {
  const reported = lines.find((line) => /error/i.test(line))?.replace(/^service [^ ]+ (?:Uncaught )?/, "");
  const text = reported ?? errorMessage(error);
  return text.split("\n", 1)[0] ?? text;
}
