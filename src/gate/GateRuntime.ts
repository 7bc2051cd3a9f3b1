import type { ClusterSettings } from "../policy/define/ClusterSettings.ts";
import { CacheMemory } from "../policy/match/CacheMemory.ts";
import { PolicyEngine } from "../policy/run/PolicyEngine.ts";
import type { Conversions } from "../policy/run/runConversion.ts";
import { gateEntries } from "../registration/entry/gateEntries.ts";
import { registrationNames } from "../registration/render/registrationNames.ts";
import { renderRegistrations } from "../registration/render/renderRegistrations.ts";
import { Counters } from "../telemetry/Counters.ts";
import { SelfTestSigner } from "./answer/SelfTestSigner.ts";
import { GateTiers } from "./caller/GateTiers.ts";
import { ClusterDirectory } from "./config/ClusterDirectory.ts";
import type { Gate } from "./config/defineGate.ts";
import { EntryEngines } from "./EntryEngines.ts";
import type { GateDependencies } from "./GateDependencies.ts";
import { defaultLimits, type GateLimits } from "./GateLimits.ts";
import { BodyIntake } from "./http/BodyIntake.ts";
import { CallLimiter } from "./http/CallLimiter.ts";
import { HeavyTurns } from "./http/HeavyTurns.ts";
import type { BodyReading } from "./http/readBody.ts";

/** A gate joined with the dependencies of its runtime: everything that handlers need, made once. */
export class GateRuntime {
  readonly gate: Gate;
  readonly deps: GateDependencies;
  readonly limits: GateLimits;
  readonly counters: Counters;
  readonly clusters: ClusterDirectory;
  readonly limiter: CallLimiter;
  readonly heavyTurns: HeavyTurns;
  readonly reading: BodyReading;
  readonly conversions: Conversions;
  readonly signer: SelfTestSigner | undefined;
  readonly tiers: GateTiers;
  /** All policies. */
  readonly #all: PolicyEngine;
  readonly #entries: ReadonlyMap<string, EntryEngines>;
  /** Hashes by settings. Weak: the directory drops and replaces the settings of clusters. */
  readonly #hashes = new WeakMap<ClusterSettings, Promise<string>>();

  /** Throws {@link GateConfigError} for settings that cannot work. */
  constructor(gate: Gate, deps: GateDependencies) {
    this.gate = gate;
    this.deps = deps;
    this.limits = { ...defaultLimits, ...deps.limits };
    this.counters = deps.counters ?? new Counters();
    this.clusters = new ClusterDirectory(gate.clusters, gate, deps);
    this.limiter = new CallLimiter(this.limits);
    deps.metrics?.queue("calls", () => this.limiter.calls);
    this.heavyTurns = new HeavyTurns(this.limits.bodyBytes, deps.now);
    this.reading = {
      limit: this.limits.bodyBytes,
      intake: new BodyIntake(this.limits.receivedBytes),
      read: deps.readChunks,
    };
    this.conversions = new Map(
      gate.conversions.map((conversion) => [`${conversion.group}/${conversion.kind}`, conversion]),
    );
    this.signer = deps.signingKey === undefined ? undefined : new SelfTestSigner(deps.signingKey);
    this.tiers = new GateTiers(gate.tiers, {
      now: deps.now,
      log: deps.log,
      fetch: deps.fetch ?? fetch,
      env: deps.variables ?? {},
      hasRegistration: (kind, name) => registrationNames(gate.name, kind).includes(name),
      // A gate that judges apart identifies nobody.
      readsCertificates: (deps.clientCertificate ?? deps.identified) !== undefined,
    });
    checkTable(gate, this);
    const memory = new CacheMemory();
    this.#all = new PolicyEngine(gate.policies, undefined, memory);
    this.#entries = new Map(gateEntries(gate).map(({ name, policies }) => [name, new EntryEngines(policies, memory)]));
  }

  /** The hash of what `postern render` prints for a cluster. It is computed once for each settings object. */
  registrationHash(settings: ClusterSettings): Promise<string> {
    const known = this.#hashes.get(settings);
    if (known !== undefined) return known;
    const hash = renderRegistrations(this.gate, settings).then((rendered) => rendered.hash);
    this.#hashes.set(settings, hash);
    return hash;
  }

  /** Whether the gate has an entry of this name. */
  hasEntry(name: string): boolean {
    return this.#entries.has(name);
  }

  /** An entry as telemetry names it: `(unknown)` for one that the gate does not have, which may be anything that a caller wrote. */
  namedEntry(name: string | undefined): string | undefined {
    return name === undefined || this.hasEntry(name) ? name : "(unknown)";
  }

  /**
   * The policies of an entry, or of one of its parts. For an entry that the gate does not have it returns all policies,
   * and counts the call. A part that the entry does not have is the whole entry.
   */
  engineFor(entry: string | undefined, part?: string): PolicyEngine {
    if (entry === undefined) return this.#all;
    const engines = this.#entries.get(entry);
    if (engines === undefined) this.counters.count("unknown_entry");
    return engines === undefined ? this.#all : engines.for(part);
  }
}

/** What a tier can say of a cluster only with the variables of the runtime. The settings of a lookup are checked at their call. */
function checkTable({ clusters }: Gate, runtime: Pick<GateRuntime, "clusters" | "tiers">): void {
  if (typeof clusters === "function") return;
  for (const name of Object.keys(clusters)) {
    const settings = runtime.clusters.find(name);
    if (settings !== undefined && !(settings instanceof Promise)) runtime.tiers.check(settings);
  }
}
