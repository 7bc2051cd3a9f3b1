import type { Miniflare, MiniflareOptions } from "miniflare";
import { CliError } from "./CliError.ts";

/** The same as in wrangler.toml: what runs here is what is deployed. */
export const COMPATIBILITY_DATE = "2026-11-01";

/** A Worker's bundle in workerd, on a loopback port of its own. */
export class DevWorker {
  readonly #module: typeof import("miniflare");
  readonly #onLog: (line: string) => void;
  #miniflare: Miniflare | undefined;
  #ready: Promise<URL> | undefined;

  private constructor(module: typeof import("miniflare"), onLog: (line: string) => void) {
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

  /** Runs a bundle in place of the one before. Calls made meanwhile wait. */
  async load(script: string): Promise<void> {
    const options = this.#options(script);
    const loaded = this.#miniflare === undefined ? this.#start(options) : this.#miniflare.setOptions(options);
    this.#ready = loaded.then(() => this.#require().ready);
    await this.#ready;
  }

  /** Where the Worker listens, once it does. */
  async url(): Promise<URL> {
    if (this.#ready === undefined) throw new Error("no bundle was loaded");
    return this.#ready;
  }

  async stop(): Promise<void> {
    await this.#miniflare?.dispose();
  }

  async #start(options: MiniflareOptions): Promise<void> {
    this.#miniflare = new this.#module.Miniflare(options);
  }

  #require(): Miniflare {
    if (this.#miniflare === undefined) throw new Error("the Worker was not started");
    return this.#miniflare;
  }

  #options(script: string): MiniflareOptions {
    const options = {
      modules: true,
      script,
      compatibilityDate: COMPATIBILITY_DATE,
      bindings: { POSTERN_VERDICT_LINES: "1" },
      host: "127.0.0.1",
      port: 0,
      handleStructuredLogs: ({ message }: { readonly message: string }) => this.#onLog(message),
    } as const;
    // miniflare 5 has options of another shape, and a function that makes them of these, which are version 4's.
    const { convertV4MiniflareOptions } = this.#module;
    return convertV4MiniflareOptions === undefined
      ? (options as unknown as MiniflareOptions)
      : convertV4MiniflareOptions(options);
  }
}
