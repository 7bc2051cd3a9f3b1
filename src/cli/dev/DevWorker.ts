import type { Miniflare, MiniflareOptions } from "miniflare";
import { errorMessage } from "../../telemetry/errorMessage.ts";
import { CliError } from "../terminal/CliError.ts";

/** The same as in wrangler.toml: what runs here is what is deployed. */
export const COMPATIBILITY_DATE = "2026-07-01";

/** How long calls that a replaced Worker still has may take. In milliseconds. */
const DRAIN_MS = 30_000;

/** What stops `postern dev`. */
const SIGNALS = ["SIGINT", "SIGTERM"] as const;

type MiniflareModule = typeof import("miniflare");

/** A Worker's bundle in workerd, on a loopback port of its own. */
export class DevWorker {
  readonly #module: MiniflareModule;
  readonly #onLog: (line: string) => void;
  readonly #retired = new Map<Miniflare, ReturnType<typeof setTimeout>>();
  #current: { readonly miniflare: Miniflare; readonly url: URL } | undefined;

  private constructor(module: MiniflareModule, onLog: (line: string) => void) {
    this.#module = module;
    this.#onLog = onLog;
  }

  /** `onLog` gets each line that the Worker or its runtime writes. Throws {@link CliError} where miniflare is not installed. */
  static async create(onLog: (line: string) => void): Promise<DevWorker> {
    try {
      return new DevWorker(await import("miniflare"), onLog);
    } catch (error) {
      throw new CliError("missing-package", "postern dev needs miniflare: npm install --save-dev miniflare", error);
    }
  }

  /**
   * Runs a bundle beside the one before, and puts it in its place once it says that it is ready; the calls that the
   * old one has are finished. Throws {@link CliError} when the new one does not run; the old one then goes on serving.
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
      this.#retire();
      this.#current = { miniflare, url };
      started = true;
      for (const line of atStart) this.#onLog(line);
    } catch (error) {
      await miniflare.dispose().catch(() => undefined);
      throw new CliError("build-failed", `the Worker does not run: ${startFault(atStart, error)}`, error);
    }
  }

  /** Where the Worker listens. */
  get url(): URL {
    if (this.#current === undefined) throw new Error("no bundle was loaded");
    return this.#current.url;
  }

  async stop(): Promise<void> {
    this.#retire();
    for (const timer of this.#retired.values()) clearTimeout(timer);
    await Promise.all([...this.#retired.keys()].map((miniflare) => miniflare.dispose()));
  }

  #retire(): void {
    if (this.#current === undefined) return;
    const { miniflare } = this.#current;
    this.#current = undefined;
    const timer = setTimeout(() => {
      this.#retired.delete(miniflare);
      void miniflare.dispose();
    }, DRAIN_MS);
    this.#retired.set(miniflare, timer);
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
    // miniflare 5 has options of another shape, and a function that makes them of these, which are version 4's.
    const { convertV4MiniflareOptions } = this.#module;
    return convertV4MiniflareOptions === undefined
      ? (options as unknown as MiniflareOptions)
      : convertV4MiniflareOptions(options);
  }
}

/**
 * Miniflare ends the process at once at a signal, with 130 or 143; here the calls that were taken are finished first.
 * Its hook for the end of the process, which ends the runtime, stays.
 */
function withoutSignals<T>(make: () => T): T {
  const before = SIGNALS.map((signal) => process.listeners(signal));
  const made = make();
  for (const [index, signal] of SIGNALS.entries())
    for (const listener of process.listeners(signal))
      if (before[index]?.includes(listener) !== true) process.off(signal, listener);
  return made;
}

/** The first thing that the runtime had to say, without its own framing: `service core:user:NAME: Uncaught Error: …`. */
function startFault(lines: readonly string[], error: unknown): string {
  const said = lines.find((line) => /error/i.test(line))?.replace(/^service [^ ]+ (?:Uncaught )?/, "");
  const text = said ?? errorMessage(error);
  return text.split("\n", 1)[0] ?? text;
}
