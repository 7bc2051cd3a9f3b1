import { splitBase, splitGateUrl } from "../../src/protocol/gateUrl.ts";
import { conversionCanaryName } from "../../src/registration/selftest/selfTestNames.ts";
import type { SyncGoal } from "../../src/sync/goal/SyncConfig.ts";
import { checkEndpoint, endpointAt } from "../../src/sync/plan/checkEndpoint.ts";
import { nextStep } from "../../src/sync/plan/nextStep.ts";
import type { CanaryTest, Observation } from "../../src/sync/plan/Observation.ts";
import type { Step } from "../../src/sync/plan/Step.ts";
import { canaryUrl, purposeOf, type SyncTarget, targetName } from "../../src/sync/target/SyncTarget.ts";
import { readState, stateAnnotations } from "../../src/sync/target/TargetState.ts";
import { encodeBundle, readableCertificates, trustHash } from "../../src/trust/bundle.ts";
import type { EndpointView, Handshake } from "../../src/trust/EndpointView.ts";
import type { Certificate } from "../../src/trust/x509/Certificate.ts";
import { TestCa } from "../cluster/TestCa.ts";

/** A CA of the edge, and the chains that it issued. */
export interface WorldCa {
  readonly root: Certificate;
  /** By base URL. */
  readonly chains: ReadonlyMap<string, readonly Certificate[]>;
}

/** The canary for conversions of the gate g. */
export const CONVERSION_CANARY = conversionCanaryName("g");
export const OLD = "https://old.example.com";
export const NEW = "https://new.example.com";

/** Makes CAs with intermediates, each with a chain for both endpoints. */
export function makeCas(count: number): Promise<WorldCa[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const ca = await TestCa.create(`root ${index}`);
      const below = await ca.intermediate(`intermediate ${index}`);
      const issue = async (base: string): Promise<[string, readonly Certificate[]]> => {
        const { cert } = await below.issue({ name: "edge", hosts: [new URL(base).hostname] });
        return [base, readableCertificates(cert)];
      };
      const chains = new Map(await Promise.all([OLD, NEW].map(issue)));
      const [root] = readableCertificates(ca.cert);
      if (root === undefined) throw new Error("the CA has no certificate");
      return { root, chains };
    }),
  );
}

/** Steps that change neither bundles nor URLs. */
const STEPS_WITHOUT_BUNDLES: readonly Step["kind"][] = ["confirm", "remember", "break-glass", "restore"];

/** An in-memory cluster, edge and clock. A step that breaks a rule of the sync throws. */
export class SyncWorld {
  now = Date.now();
  goal: SyncGoal;
  targets: SyncTarget[];
  /** What each address of each endpoint serves: the number of a CA, or a fault. */
  readonly served = new Map<string, (number | string)[]>();
  /**
   * The results of self-tests. `honest`: as the endpoint serves. `unknown`: the API server does not answer. `failed`: the
   * signature is wrong. `cut-off`: the API server cannot call the gate.
   */
  canary: "honest" | "unknown" | "failed" | "cut-off" = "honest";
  /** Whether the sync's own network is down: its handshakes fail, whatever API servers reach. */
  isBlind = false;
  writes = 0;
  readonly #cas: readonly WorldCa[];
  readonly #lastSeen = new Map<string, number>();
  #version = 1;
  #canaryTests: { canaryTest?: CanaryTest; conversionTest?: CanaryTest; reachabilityTests?: readonly CanaryTest[] } =
    {};
  #stale: Observation | undefined;

  constructor(
    cas: readonly WorldCa[],
    goal: Omit<SyncGoal, "trust">,
    pins: readonly number[],
    live: readonly number[],
    { conversions = false, isRecorded = true }: { readonly conversions?: boolean; readonly isRecorded?: boolean } = {},
  ) {
    this.#cas = cas;
    this.goal = { ...goal, trust: { mode: "pin", roots: pins.map((pin) => this.rootOf(pin)) } };
    for (const base of [OLD, NEW]) this.served.set(base, [live[0] ?? 0, live[0] ?? 0]);
    const bundle = encodeBundle(live.map((it) => this.rootOf(it)));
    this.targets = [
      this.#target("ValidatingWebhookConfiguration", "g.canary", ["/validate"], bundle),
      this.#target("ValidatingWebhookConfiguration", "g", ["/validate/a", "/validate/b"], bundle),
      this.#target("MutatingWebhookConfiguration", "g", ["/mutate/a"], bundle),
    ];
    for (const name of conversions ? [CONVERSION_CANARY, "gateways.example.com"] : [])
      this.targets.push(this.#target("CustomResourceDefinition", name, ["/convert"], bundle));
    // As `postern render --sync --ca` records the roots that it renders.
    const handedOver = live.map((it) => fingerprint(this.rootOf(it)));
    if (isRecorded) this.targets = this.targets.map((target) => ({ ...target, handedOver }));
  }

  rootOf(ca: number): Certificate {
    const root = this.#cas[ca]?.root;
    if (root === undefined) throw new Error(`there is no CA ${ca}`);
    return root;
  }

  pin(pins: readonly number[]): void {
    this.goal = { ...this.goal, trust: { mode: "pin", roots: pins.map((pin) => this.rootOf(pin)) } };
  }

  /** Freezes the goal, as an announcement does that is not available, or unfreezes it. */
  freeze(isFrozen: boolean): void {
    const { frozen: _, ...goal } = this.goal;
    this.goal = isFrozen
      ? { ...goal, url: undefined, frozen: { code: "announcement-unavailable", about: "", message: "no answer" } }
      : goal;
  }

  /** Another writer changes the base URL of a target. */
  move(index: number, base: string): void {
    const { hooks = [] } = this.targets[index] ?? {};
    this.#replace(index, { hooks: hooks.map((hook) => ({ ...hook, url: hook.url.replace(OLD, base) })) });
  }

  /** Puts a capability into all URLs from now on; `undefined`: the sync is not configured to. */
  issue(token: string | undefined): void {
    this.goal = { ...this.goal, capability: token === undefined ? undefined : { token, graceMs: 0 } };
  }

  /** Another writer changes the bundle of a target. */
  tamper(index: number, bundle: string): void {
    this.#replace(index, { hooks: this.targets[index]?.hooks.map((hook) => ({ ...hook, bundle })) ?? [] });
  }

  observe(): Observation {
    const endpoints = [OLD, NEW].map(
      (base): EndpointView => ({
        base,
        handshakes: this.isBlind ? [{ address: "192.0.2.1", fault: "no network" }] : this.#handshakes(base),
      }),
    );
    for (const { handshakes } of endpoints)
      for (const handshake of handshakes)
        if ("chain" in handshake) this.#lastSeen.set(this.#rootOf(handshake.chain), this.now);
    return {
      now: this.now,
      targets: this.targets,
      endpoints,
      canaryTest: undefined,
      ...this.#canaryTests,
      conflicts: new Map(),
      // The capability of the goal is the one that was issued.
      capability: { isAsked: true, isRefused: false },
    };
  }

  /** Takes one step of a run. With `stale`, the step is planned from the targets of the previous observation. */
  step({ stale = false } = {}): Step {
    const fresh = this.observe();
    const observation = stale && this.#stale !== undefined ? { ...fresh, targets: this.#stale.targets } : fresh;
    this.#stale = fresh;
    const step = nextStep(observation, this.goal);
    this.#check(step, observation);
    if (step.kind === "try-canary") this.#try(step);
    else if ("write" in step) this.#apply(step);
    return step;
  }

  /** Takes steps until the run ends. */
  run(limit = 60): Step {
    for (let count = 0; count < limit; count += 1) {
      this.now += 1;
      const step = this.step();
      if (["nothing-to-do", "soak", "report", "refuse", "rollback"].includes(step.kind)) return step;
    }
    throw new Error("the run does not end");
  }

  /** Kills the run: its canary tests are lost. */
  kill(): void {
    this.#canaryTests = {};
  }

  #try({ purpose, roots, base, decides }: Extract<Step, { kind: "try-canary" }>): void {
    const bundle = encodeBundle(roots, "run");
    const index = this.targets.findIndex((it) => it.isCanary && purposeOf(it) === purpose);
    const url = canaryUrl(purpose, base, "prod", "0");
    this.#replace(index, { hooks: this.targets[index]?.hooks.map(({ name }) => ({ name, url, bundle })) ?? [] });
    const { isFine } = checkEndpoint({ base, handshakes: this.#handshakes(base) }, roots, this.now);
    const honest = isFine ? "passed" : "failed";
    const results = { honest, unknown: "unknown", failed: "failed", "cut-off": "failed" } as const;
    const isCutOff = this.canary === "cut-off" || (this.canary === "honest" && !isFine);
    const test: CanaryTest = {
      bundleHash: trustHash(roots),
      base,
      at: this.now,
      result: results[this.canary],
      message: "",
      cutOffForMs: isCutOff && decides === "break-glass" ? (this.goal.breakGlassAfterMs ?? 0) : 0,
      ...(decides === "break-glass" ? { cutOffLimitMs: this.goal.breakGlassAfterMs ?? 0 } : {}),
    };
    const { reachabilityTests = [] } = this.#canaryTests;
    this.#canaryTests = {
      ...this.#canaryTests,
      [purpose === "webhooks" ? "canaryTest" : "conversionTest"]: test,
      reachabilityTests: decides === undefined ? reachabilityTests : [...reachabilityTests, test],
    };
  }

  /** Applies a write as an API server does: not when the resourceVersion of the target changed. */
  #apply({ write }: Extract<Step, { write: unknown }>): void {
    const index = this.targets.findIndex((it) => targetName(it) === targetName(write.target));
    if (this.targets[index]?.resourceVersion !== write.target.resourceVersion) return;
    const before = this.targets[index]?.hooks ?? [];
    const hooks = write.hooks.map((hook) => ({ ...before.find(({ name }) => name === hook.name), ...hook }));
    this.#replace(index, { hooks, state: readState(stateAnnotations(write.state)) });
  }

  #replace(index: number, change: Partial<SyncTarget>): void {
    this.#version += 1;
    this.writes += 1;
    this.targets = this.targets.map((it, at) =>
      at === index ? { ...it, ...change, resourceVersion: String(this.#version) } : it,
    );
  }

  #check(step: Step, observation: Observation): void {
    if (!("write" in step)) return;
    const { target, hooks } = step.write;
    this.#checkTried(step, observation);
    this.#checkFailurePolicies(step, observation);
    const before = new Set(
      [...target.hooks, ...(target.state.snapshot ?? [])]
        .flatMap(({ bundle }) => readableCertificates(bundle))
        .map(fingerprint),
    );
    if (this.goal.frozen !== undefined && step.kind === "narrow")
      throw new Error("a root is removed while the goal is frozen");
    const tokensOf = (some: readonly { readonly url: string }[]): boolean[] =>
      some.map(({ url }) => splitBase(splitGateUrl(url, this.goal.cluster)?.base ?? "").token !== undefined);
    if (tokensOf(target.hooks).some((has, index) => has && tokensOf(hooks)[index] !== true))
      throw new Error(`${step.kind} removes a capability from a URL`);
    const placesOf = (some: readonly { readonly url: string }[]): string =>
      JSON.stringify(some.map(({ url }) => splitBase(splitGateUrl(url, this.goal.cluster)?.base ?? "").place));
    if (this.goal.frozen !== undefined && step.kind === "switch-url" && placesOf(hooks) !== placesOf(target.hooks))
      throw new Error("a URL is changed while the goal is frozen");
    const pins = this.goal.trust.mode === "pin" ? this.goal.trust.roots.map(fingerprint) : [];
    for (const { url, bundle } of hooks) {
      const roots = readableCertificates(bundle);
      for (const root of roots)
        if (!before.has(fingerprint(root)) && !pins.includes(fingerprint(root)))
          throw new Error(`${step.kind} adds a root that was neither in force nor wanted`);
      if (STEPS_WITHOUT_BUNDLES.includes(step.kind)) continue;
      const base = splitGateUrl(url, this.goal.cluster)?.base ?? "";
      const { isFine, finding } = checkEndpoint(endpointAt(observation, base), roots, this.now);
      if (!isFine && !this.#isDueUnasked(step, roots))
        throw new Error(`${step.kind} writes a bundle that rejects ${base}: ${finding?.message}`);
    }
    if (step.kind === "rollback" || STEPS_WITHOUT_BUNDLES.includes(step.kind)) return;
    const after = new Set(hooks.flatMap(({ bundle }) => readableCertificates(bundle)).map(fingerprint));
    const removed = target.hooks
      .flatMap(({ bundle }) => readableCertificates(bundle))
      .filter((root) => !after.has(fingerprint(root)));
    if (removed.length > 0 && step.kind !== "narrow") throw new Error(`${step.kind} removes roots`);
    for (const root of removed)
      if (this.now - (this.#lastSeen.get(fingerprint(root)) ?? 0) < this.goal.soakMs && !this.#isUnasked(target, root))
        throw new Error("a root is removed that was in use within the soak");
  }

  /** Whether a root was reported as unasked for the whole soak. */
  #isUnasked({ state, handedOver = [] }: SyncTarget, root: Certificate): boolean {
    const since = state.unaskedSince?.[fingerprint(root)];
    return since !== undefined && this.now - since >= this.goal.soakMs && !handedOver.includes(fingerprint(root));
  }

  /** Whether a step removes only unasked roots. */
  #isDueUnasked({ kind, write: { target } }: Extract<Step, { write: unknown }>, left: readonly Certificate[]): boolean {
    const kept = new Set(left.map(fingerprint));
    const removed = target.hooks
      .flatMap(({ bundle }) => readableCertificates(bundle))
      .filter((root) => !kept.has(fingerprint(root)));
    const isRemoval = removed.length > 0 && removed.every((root) => this.#isUnasked(target, root));
    return kind === "narrow" && isRemoval;
  }

  /** The canary of the target's purpose accepted the written bundle and URL. */
  #checkTried(step: Extract<Step, { write: unknown }>, { canaryTest, conversionTest }: Observation): void {
    if (!["widen", "switch-url", "narrow", "confirm"].includes(step.kind)) return;
    const { target, hooks } = step.write;
    // Without a record of the hand-over, the canary decides.
    if (target.handedOver !== undefined && this.#isDueUnasked(step, readableCertificates(hooks[0]?.bundle ?? "")))
      return;
    const test = purposeOf(target) === "webhooks" ? canaryTest : conversionTest;
    for (const { url, bundle } of hooks)
      if (
        test?.result !== "passed" ||
        test.bundleHash !== trustHash(readableCertificates(bundle)) ||
        test.base !== splitGateUrl(url, this.goal.cluster)?.base
      )
        throw new Error(`${step.kind} writes values to ${targetName(target)} that its canary has not accepted`);
  }

  /** Only marked webhooks fail open, and only while neither the sync nor an API server reaches the gate. */
  #checkFailurePolicies(step: Extract<Step, { write: unknown }>, observation: Observation): void {
    const { target, hooks } = step.write;
    for (const { name, url, bundle, failurePolicy, mayFailOpen } of hooks) {
      const before = target.hooks.find((hook) => hook.name === name)?.failurePolicy;
      if (failurePolicy === undefined || failurePolicy === before) continue;
      const base = splitGateUrl(url, this.goal.cluster)?.base ?? "";
      const test = [...(observation.reachabilityTests ?? []), observation.canaryTest].findLast(
        (one) => one?.base === base && one.bundleHash === trustHash(readableCertificates(bundle)),
      );
      if (failurePolicy === "Fail") {
        if (step.kind !== "restore" || test?.result !== "passed")
          throw new Error("fail closed is restored while the gate cannot be called");
        continue;
      }
      const endpoint = endpointAt(observation, base);
      if (step.kind !== "break-glass" || mayFailOpen !== true || this.goal.breakGlassAfterMs === undefined)
        throw new Error(`${step.kind} lets ${name} fail open, which nothing allows`);
      if (checkEndpoint(endpoint, readableCertificates(bundle), this.now).isFine)
        throw new Error("webhooks fail open although the sync itself reaches the gate");
      if (test?.result !== "failed" || test.cutOffForMs !== this.goal.breakGlassAfterMs)
        throw new Error("webhooks fail open although no API server was cut off for long enough");
    }
  }

  #handshakes(base: string): Handshake[] {
    const { place } = splitBase(base);
    return (this.served.get(place) ?? []).map((it, index): Handshake => {
      const address = `192.0.2.${index + 1}`;
      if (typeof it === "string") return { address, fault: it };
      return { address, chain: this.#cas[it]?.chains.get(place) ?? [] };
    });
  }

  #rootOf(chain: readonly Certificate[]): string {
    const ca = this.#cas.find(({ chains }) => [...chains.values()].includes(chain));
    return ca === undefined ? "" : fingerprint(ca.root);
  }

  #target(kind: SyncTarget["kind"], name: string, paths: readonly string[], bundle: string): SyncTarget {
    const hooks = paths.map((path, index) => {
      const url = `${OLD}/c/prod${path}`;
      if (kind === "CustomResourceDefinition") return { name: "", url, bundle };
      if (name.endsWith("canary")) return { name: "canary.g", url, bundle, failurePolicy: "Fail" as const };
      // The first webhook of each registration is marked.
      const mark = index === 0 ? { mayFailOpen: true } : {};
      return { name: `hook-${index}`, url, bundle, failurePolicy: "Fail" as const, ...mark };
    });
    const isCanary = name.endsWith("canary") || name === CONVERSION_CANARY;
    return {
      kind,
      name,
      uid: "u",
      resourceVersion: "1",
      isCanary,
      hooks,
      state: {},
      annotations: {},
      fault: undefined,
    };
  }
}

function fingerprint({ fingerprint: it }: Certificate): string {
  return it;
}
