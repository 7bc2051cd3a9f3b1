import { dirname } from "node:path";
import type { Log } from "../../telemetry/Log.ts";
import type { Certificate } from "../../trust/x509/Certificate.ts";
import { RootsFile } from "../pair/RootsFile.ts";
import { watchFolders } from "../watchFolders.ts";

/** As for serving certificates: some file systems report no changes. */
const POLL_MS = 10_000;

/** Options of {@link ClientRoots}. */
export interface ClientRootsOptions {
  /** A PEM file with the CAs of clients. During a rotation it has the old and the new one. */
  readonly path: string;
  readonly log: Log;
  /** Default 10 s. */
  readonly pollMs?: number | undefined;
}

/**
 * The CAs that vouch for clients, in step with their file. The last good ones stay while the file has a fault. Verdicts on
 * certificates are worth remembering only for one {@link roots}: a change makes another list.
 */
export class ClientRoots {
  readonly #file: RootsFile;
  readonly #options: ClientRootsOptions;
  #roots: readonly Certificate[];
  #stopWatching = (): void => {};
  #reading: Promise<void> = Promise.resolve();

  private constructor(file: RootsFile, roots: readonly Certificate[], options: ClientRootsOptions) {
    this.#file = file;
    this.#roots = roots;
    this.#options = options;
  }

  /** Reads the file for the first time. Throws TlsError or TrustError when it cannot be used. */
  static async load(options: ClientRootsOptions): Promise<ClientRoots> {
    const file = new RootsFile(options.path, options.log);
    return new ClientRoots(file, await file.read(), options);
  }

  /** The same list until the content of the file changes. */
  get roots(): readonly Certificate[] {
    return this.#roots;
  }

  /** Follows the file until {@link stop}: when its folder changes, at each poll and at SIGHUP. Resolves when the folder is watched. */
  async watch(): Promise<void> {
    const { path, pollMs = POLL_MS } = this.#options;
    const onChange = (): void => void this.read();
    const folder = watchFolders([dirname(path)], onChange);
    const timer = setInterval(() => void folder.refresh().then(onChange), pollMs).unref();
    process.on("SIGHUP", onChange);
    this.#stopWatching = () => {
      process.off("SIGHUP", onChange);
      clearInterval(timer);
      folder.stop();
    };
    await folder.refresh();
    // Covers a change between the first read and the start of the watch.
    await this.read();
  }

  /** Reads the file now. Reads are one after the other, so that an older content never replaces a newer one. Never rejects. */
  read(): Promise<void> {
    this.#reading = this.#reading.then(() => this.#readOnce());
    return this.#reading;
  }

  stop(): void {
    this.#stopWatching();
  }

  async #readOnce(): Promise<void> {
    try {
      const roots = await this.#file.read();
      if (namesOf(roots) === namesOf(this.#roots)) return;
      this.#roots = roots;
      this.#options.log.info("CA file of clients changed", { certificates: roots.length });
    } catch (error) {
      this.#options.log.error("CA file of clients cannot be read", { error });
    }
  }
}

function namesOf(roots: readonly Certificate[]): string {
  return roots.map(({ fingerprint }) => fingerprint).join(" ");
}
