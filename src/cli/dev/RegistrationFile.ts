import { existsSync } from "node:fs";
import type { Endpoint } from "../../registration/Endpoint.ts";
import { loadGate } from "../gate/loadGate.ts";
import { writeFileAtomically } from "../terminal/writeFileAtomically.ts";
import { devRegistration } from "./devRegistration.ts";

/** The file with the registration of a local gate. It follows what the policies match. */
export class RegistrationFile {
  readonly #path: string;
  readonly #gateFile: string;
  readonly #endpoint: Endpoint;
  #clusters: readonly string[] = [];
  #written: string | undefined;

  /** `gateFile` is the file that exports the gate. Without it there is no registration. */
  constructor(path: string, gateFile: string, endpoint: Endpoint) {
    this.#path = path;
    this.#gateFile = gateFile;
    this.#endpoint = endpoint;
  }

  /** The URL of the gate. */
  get origin(): string {
    return this.#endpoint.url;
  }

  /** The clusters in the gate's table; none where it looks them up. */
  get clusters(): readonly string[] {
    return this.#clusters;
  }

  /** The cluster of the registration. */
  get cluster(): string {
    return this.#clusters.includes("local") ? "local" : (this.#clusters[0] ?? "CLUSTER");
  }

  /** Whether the registration was written. */
  get exists(): boolean {
    return this.#written !== undefined;
  }

  /**
   * Loads the gate and writes its registration. Resolves to whether it differs from the one that was written before. Throws
   * CliError for a gate that cannot be loaded.
   */
  async update(): Promise<boolean> {
    if (!existsSync(this.#gateFile)) return false;
    const gate = await loadGate(this.#gateFile);
    this.#clusters = typeof gate.clusters === "function" ? [] : Object.keys(gate.clusters);
    const text = await devRegistration(gate, this.cluster, this.#endpoint);
    const isChanged = this.#written !== undefined && this.#written !== text;
    if (this.#written !== text) await writeFileAtomically(this.#path, text, 0o644);
    this.#written = text;
    return isChanged;
  }
}
