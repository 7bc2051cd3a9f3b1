import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Endpoint } from "../../registration/Endpoint.ts";
import { writeFileAtomically } from "../terminal/writeFileAtomically.ts";
import { type DevRegistration, devRegistration } from "./devRegistration.ts";
import { type FailurePolicies, failurePolicies, failurePolicyChanges } from "./failurePolicies.ts";
import type { DevGate } from "./gate/loadDevGate.ts";

/** The files with the registration and the conversions of a local gate. They follow what the gate is called for. */
export class RegistrationFile {
  /** The path of the registration, and of the conversions. */
  readonly path: string;
  readonly conversionsPath: string;
  readonly #endpoint: Endpoint;
  #gate: DevGate;
  #written: DevRegistration | undefined;
  #failurePolicies: FailurePolicies = new Map();

  /** `gate` is the gate at the start. Where it is not known there is no registration. */
  constructor(folder: string, gate: DevGate, endpoint: Endpoint) {
    this.path = join(folder, "registration.yaml");
    this.conversionsPath = join(folder, "conversions.yaml");
    this.#gate = gate;
    this.#endpoint = endpoint;
  }

  /** The URL of the gate. */
  get origin(): string {
    return this.#endpoint.url;
  }

  /** The clusters in the gate's table; none where it looks them up. */
  get clusters(): readonly string[] {
    return this.#gate.clusters;
  }

  /** The cluster of the registration. */
  get cluster(): string {
    return this.#gate.cluster;
  }

  /** Whether the registration was written. */
  get exists(): boolean {
    return this.#written !== undefined;
  }

  /** Whether the gate has conversions. */
  get hasConversions(): boolean {
    return this.#written?.conversions !== undefined;
  }

  /**
   * Writes what changed, for the gate as it is now. Resolves to what has to be applied again since the last call, in lines
   * for people; none at the first call.
   */
  async update(loaded: DevGate): Promise<string[]> {
    const { gate } = loaded;
    if (gate === undefined) return [];
    this.#gate = loaded;
    const next = await devRegistration(gate, this.cluster, this.#endpoint);
    const policies = await failurePolicies(gate);
    const before = this.#written;
    if (before?.registration !== next.registration) await writeFileAtomically(this.path, next.registration, 0o644);
    if (next.conversions === undefined) await rm(this.conversionsPath, { force: true });
    else if (before?.conversions !== next.conversions)
      await writeFileAtomically(this.conversionsPath, next.conversions, 0o644);
    const notices = [
      ...(before === undefined ? [] : this.#changes(before, next)),
      ...failurePolicyChanges(this.#failurePolicies, policies),
    ];
    this.#written = next;
    this.#failurePolicies = policies;
    return notices;
  }

  #changes(before: DevRegistration, next: DevRegistration): string[] {
    const changes: string[] = [];
    if (before.registration !== next.registration) changes.push(`registration changed: apply ${this.path} again`);
    if (before.conversions === next.conversions) return changes;
    if (next.conversions === undefined) changes.push("conversions removed: apply the manifests of the CRDs again");
    else if (before.conversions === undefined)
      changes.push(`conversions added: ${this.conversionsPath} says how to apply them`);
    else changes.push(`conversions changed: apply ${this.conversionsPath} again`);
    return changes;
  }
}
