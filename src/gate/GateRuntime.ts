import { PolicyEngine } from "../policy/PolicyEngine.ts";
import type { Conversions } from "../policy/runConversion.ts";
import { Counters } from "../telemetry/Counters.ts";
import { CallLimiter } from "./CallLimiter.ts";
import { ClusterDirectory } from "./ClusterDirectory.ts";
import type { Gate } from "./defineGate.ts";
import { defaultLimits, type GateDependencies, type GateLimits } from "./GateDependencies.ts";
import { SelfTestSigner } from "./selfTest.ts";

/** A gate joined with what its runtime hands it: everything that handlers need, made once. */
export class GateRuntime {
  readonly gate: Gate;
  readonly deps: GateDependencies;
  readonly limits: GateLimits;
  readonly counters: Counters;
  readonly clusters: ClusterDirectory;
  readonly limiter: CallLimiter;
  readonly conversions: Conversions;
  readonly signer: SelfTestSigner | undefined;
  readonly #whole: PolicyEngine;
  readonly #entries: ReadonlyMap<string, PolicyEngine>;

  /** Throws GateConfigError for settings that cannot work. */
  constructor(gate: Gate, deps: GateDependencies) {
    this.gate = gate;
    this.deps = deps;
    this.limits = { ...defaultLimits, ...deps.limits };
    this.counters = deps.counters ?? new Counters();
    this.clusters = new ClusterDirectory(gate.clusters, gate.policies, deps);
    this.limiter = new CallLimiter(this.limits.callsInFlight, this.limits.bytesInFlight);
    this.conversions = new Map(
      gate.conversions.map((conversion) => [`${conversion.group}/${conversion.kind}`, conversion]),
    );
    this.signer = deps.signingKey === undefined ? undefined : new SelfTestSigner(deps.signingKey);
    this.#whole = new PolicyEngine(gate.policies);
    this.#entries = new Map(
      Object.entries(gate.entries).map(([entry, { policies }]) => [
        entry,
        new PolicyEngine(gate.policies.filter(({ name }) => policies.includes(name))),
      ]),
    );
  }

  /** The policies of an entry. A registration may name one that the gate no longer has: then all that match run, and it is counted. */
  engineFor(entry: string | undefined): PolicyEngine {
    if (entry === undefined) return this.#whole;
    const engine = this.#entries.get(entry);
    if (engine === undefined) this.counters.count("unknown_entry");
    return engine ?? this.#whole;
  }
}
