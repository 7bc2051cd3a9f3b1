import type { Log } from "../../telemetry/Log.ts";
import { parseBundle } from "../../trust/bundle.ts";
import { TrustError } from "../../trust/TrustError.ts";
import type { Certificate } from "../../trust/x509/Certificate.ts";
import { TlsError } from "../TlsError.ts";
import { readPemFile } from "./readPemFile.ts";

/** The file with the roots that clients trust. It is read each time: a new root arrives before the chain that needs it. */
export class RootsFile {
  readonly #path: string;
  readonly #log: Log;
  #last: readonly Certificate[] | undefined;
  #lastFault = "";

  constructor(path: string, log: Log) {
    this.#path = path;
    this.#log = log;
  }

  /**
   * The roots. While the file has a fault, the last good roots; the fault is logged once. Throws TlsError or TrustError when
   * there are no good roots yet.
   */
  async read(): Promise<readonly Certificate[]> {
    try {
      this.#last = parseBundle((await readPemFile(this.#path, "CA bundle")).text, this.#path);
      this.#lastFault = "";
      return this.#last;
    } catch (error) {
      if (this.#last === undefined || !(error instanceof TlsError || error instanceof TrustError)) throw error;
      if (this.#lastFault !== error.message)
        this.#log.error("CA file cannot be read; the last good roots stay", { code: error.code, fault: error.message });
      this.#lastFault = error.message;
      return this.#last;
    }
  }
}
