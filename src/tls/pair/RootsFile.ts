import type { Log } from "../../telemetry/Log.ts";
import { parseBundle } from "../../trust/bundle.ts";
import { TrustError } from "../../trust/TrustError.ts";
import type { Certificate } from "../../trust/x509/Certificate.ts";
import { TlsError } from "../TlsError.ts";
import { readPemFile } from "./readPemFile.ts";

/** The roots that clients trust, read anew at each look: a new root comes before the chain that needs it. */
export class RootsFile {
  readonly #path: string;
  readonly #log: Log;
  #last: readonly Certificate[] | undefined;
  #said = "";

  constructor(path: string, log: Log) {
    this.#path = path;
    this.#log = log;
  }

  /** The roots; the last good ones where the file is faulty, which is said once. Throws TlsError or TrustError when there are none. */
  async read(): Promise<readonly Certificate[]> {
    try {
      this.#last = parseBundle((await readPemFile(this.#path, "CA bundle")).text, this.#path);
      this.#said = "";
      return this.#last;
    } catch (error) {
      if (this.#last === undefined || !(error instanceof TlsError || error instanceof TrustError)) throw error;
      if (this.#said !== error.message) this.#log.error("roots not read", { code: error.code, fault: error.message });
      this.#said = error.message;
      return this.#last;
    }
  }
}
