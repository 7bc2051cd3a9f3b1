import type { ApiServers } from "../kubernetes/apiServers.ts";
import type { Lease } from "../kubernetes/Lease.ts";
import { splitBase, splitGateUrl } from "../protocol/gateUrl.ts";
import type { EndpointView } from "../trust/EndpointView.ts";
import { testCanary } from "./apply/Canary.ts";
import { emitFindings } from "./apply/emitFindings.ts";
import { goalAtStart } from "./apply/goalAtStart.ts";
import { SYNC_LEASE, type SyncCluster } from "./apply/SyncCluster.ts";
import { settleCanary } from "./apply/settleCanary.ts";
import { CapabilityError } from "./capability/CapabilityError.ts";
import { capabilityNotRenewed } from "./capability/capabilityNotRenewed.ts";
import { goalWithCapability } from "./capability/goalWithCapability.ts";
import type { Finding } from "./Finding.ts";
import type { SyncConfig, SyncGoal } from "./goal/SyncConfig.ts";
import { foreignWrites } from "./plan/foreignWrites.ts";
import { nextStep } from "./plan/nextStep.ts";
import type { CanaryTest, CapabilityUse, Observation } from "./plan/Observation.ts";
import { findingsOf, isLast, type LastStep, type Step } from "./plan/Step.ts";
import { simulateStep } from "./plan/simulateStep.ts";
import { SyncError } from "./SyncError.ts";
import { type CallPurpose, canaryFor, type SyncTarget, targetName } from "./target/SyncTarget.ts";

/** Dependencies of {@link runSync}. */
export interface SyncDeps {
  readonly config: SyncConfig;
  /** Finds the API servers that are asked for self-tests. Called at most once, before the first self-test. */
  readonly apis: () => Promise<Pick<ApiServers, "apis" | "isPartial">>;
  readonly cluster: SyncCluster;
  readonly lease: Pick<Lease, "hold" | "release"> & Partial<Pick<Lease, "disbelieved">>;
  /** Probes an endpoint. Never rejects. */
  readonly view: (base: string) => Promise<EndpointView>;
  readonly now: () => number;
  /** Asks once per run what comes next, and returns the resulting goal. Never rejects. Default: the goal of the config. */
  readonly resolveGoal?: (targets: readonly SyncTarget[]) => Promise<SyncGoal>;
  /**
   * Fetches a capability for the goal. Called at most once per run. Rejects with {@link CapabilityError}. Needed for a config
   * with a capability.
   */
  readonly fetchCapability?: (goal: SyncGoal, targets: readonly SyncTarget[]) => Promise<string>;
  /** Ends a run before its next step, with {@link SyncError} `stopped`. */
  readonly signal?: AbortSignal;
  /** How far the API server's clock is ahead of `now`, in milliseconds. */
  readonly skewMs?: () => number;
  /** Called with each step before it is taken. */
  readonly onStep?: (step: Step) => void;
}

/** The result of a run, or of a dry run. */
export interface SyncRun {
  /** In order. The last one ended the run. */
  readonly steps: readonly Step[];
  readonly last: LastStep;
  readonly rolledBack: boolean;
  /** The observation at the end of the run. */
  readonly observation: Observation;
}

/** A run takes a few steps for each target. A run with more steps is in a loop. */
const MAX_STEPS = 40;
const MAX_STEPS_PER_TARGET = 20;

const LEASE = `Lease/${SYNC_LEASE.name}`;

/** The canary tests of a run: the canary before the first test, and the results. */
type Trials = Map<
  CallPurpose,
  { readonly before: SyncTarget; readonly test: CanaryTest; readonly reachabilityTests: readonly CanaryTest[] }
>;

/** What a run knows beyond the cluster and the endpoints. */
interface RunMemory {
  readonly trials: Trials;
  /** See {@link Observation.conflicts}. */
  readonly conflicts: Map<string, string>;
  apis: Pick<ApiServers, "apis" | "isPartial"> | undefined;
  /** See {@link Observation.seen}. By code and target. */
  readonly seen: Map<string, Finding>;
  /** See {@link Observation.capability}. */
  capability: CapabilityUse | undefined;
}

/**
 * Makes one run: observes, plans one step, takes it, and repeats until a step ends the run. A dry run writes nothing and
 * assumes that each step succeeds. Throws KubernetesError when the cluster cannot be read or written, also `lease-held` when
 * another run has the Lease. Throws {@link SyncError} when the run is stopped or does not end. The next run confirms or rolls
 * back an interrupted write.
 */
export async function runSync(deps: SyncDeps, options: { readonly dryRun: boolean }): Promise<SyncRun> {
  const steps: Step[] = [];
  const memory: RunMemory = {
    trials: new Map(),
    conflicts: new Map(),
    apis: undefined,
    seen: new Map(),
    capability: undefined,
  };
  try {
    const start = await goalAtStart(deps);
    let { goal } = start;
    memory.capability = start.capability;
    let observation = await observe(deps, goal, memory);
    for (;;) {
      const step = nextStep(observation, goal);
      steps.push(step);
      deps.onStep?.(step);
      if (isLast(step)) {
        if (!options.dryRun) await emitFindings(deps.cluster, observation.targets, findingsOf(step), deps.now());
        return { steps, last: step, rolledBack: false, observation };
      }
      if (steps.length > MAX_STEPS + MAX_STEPS_PER_TARGET * observation.targets.length)
        throw new SyncError("writes-do-not-stay", `no end after ${steps.length} steps: written values do not stay`);
      if (options.dryRun) {
        if (step.kind === "renew-capability") goal = goalWithCapability(goal, SIMULATED_CAPABILITY);
        observation = simulateStep(observation, step, goal);
        continue;
      }
      if (deps.signal?.aborted === true) throw new SyncError("stopped", "stopped between two steps");
      await deps.lease.hold();
      const { disbelieved } = deps.lease;
      if (disbelieved !== undefined) remember(memory, { code: "foreign-state", about: LEASE, message: disbelieved });
      if (step.kind === "renew-capability") goal = await renewedGoal(deps, goal, observation.targets, memory);
      else if (step.kind === "try-canary") await tryCanary(deps, observation, step, memory);
      else await writeStep(deps, step, memory.conflicts);
      observation = await observe(deps, goal, memory);
      if (step.kind === "rollback") return { steps, last: rolledBack(step, memory), rolledBack: true, observation };
    }
  } finally {
    for (const trial of memory.trials.values())
      await settleCanary(deps.cluster, deps.config.goal.cluster, deps.lease, trial);
    if (!options.dryRun) await deps.lease.release();
  }
}

/** What a dry run has in the place of a capability. It is never written. */
const SIMULATED_CAPABILITY = "simulated";

/** The goal with a capability that was fetched, or unchanged with a finding for the end of the run. */
async function renewedGoal(
  { fetchCapability, now }: SyncDeps,
  goal: SyncGoal,
  targets: readonly SyncTarget[],
  memory: RunMemory,
): Promise<SyncGoal> {
  if (fetchCapability === undefined || goal.capability === undefined) throw new Error("no capability can be fetched");
  memory.capability = { isAsked: true, isRefused: false };
  try {
    return goalWithCapability(goal, await fetchCapability(goal, targets));
  } catch (error) {
    if (!(error instanceof CapabilityError)) throw error;
    remember(memory, capabilityNotRenewed(goal.capability, error.message, now()));
    return goal;
  }
}

async function observe(deps: SyncDeps, goal: SyncGoal, memory: RunMemory): Promise<Observation> {
  const { trials, conflicts, seen } = memory;
  const targets = await deps.cluster.targets();
  for (const finding of foreignWrites({ targets, now: deps.now() }, goal)) remember(memory, finding);
  const urls = targets.flatMap(({ hooks, state }) => [...hooks, ...(state.snapshot ?? [])].map(({ url }) => url));
  const bases = urls.flatMap((url) => splitGateUrl(url, goal.cluster)?.base ?? []);
  const places = new Set(bases.map((base) => splitBase(base).place));
  if (goal.url !== undefined) places.add(goal.url);
  const endpoints = await Promise.all([...places].map((place) => deps.view(place)));
  return {
    now: deps.now(),
    skewMs: deps.skewMs?.() ?? 0,
    targets,
    endpoints,
    canaryTest: trials.get("webhooks")?.test,
    conversionTest: trials.get("conversions")?.test,
    reachabilityTests: trials.get("webhooks")?.reachabilityTests ?? [],
    conflicts,
    seen: [...seen.values()],
    capability: memory.capability,
  };
}

/** The first finding of its kind stays. */
function remember({ seen }: RunMemory, finding: Finding): void {
  const key = `${finding.code} ${finding.about}`;
  if (!seen.has(key)) seen.set(key, finding);
}

async function tryCanary(
  deps: SyncDeps,
  { targets }: Observation,
  step: Extract<Step, { kind: "try-canary" }>,
  memory: RunMemory,
): Promise<void> {
  const { cluster, config, now } = deps;
  memory.apis ??= await deps.apis();
  const canary = canaryFor(targets, step.purpose);
  if (canary === undefined) throw new Error("a step tries a canary that does not exist");
  const { goal, publicKey, timeouts } = config;
  const canaryDeps = { ...memory.apis, cluster, goal, publicKey, timeoutMs: timeouts.canaryMs, now };
  const { before = canary, reachabilityTests = [] } = memory.trials.get(step.purpose) ?? {};
  const cutOffLimitMs = step.decides === "break-glass" ? goal.breakGlassAfterMs : undefined;
  const test = await testCanary(canaryDeps, canary, { ...step, cutOffLimitMs });
  memory.trials.set(step.purpose, {
    before,
    test,
    reachabilityTests: step.decides === undefined ? reachabilityTests : [...reachabilityTests, test],
  });
}

async function writeStep(
  { cluster, now }: SyncDeps,
  step: Extract<Step, { write: unknown }>,
  conflicts: Map<string, string>,
): Promise<void> {
  const { target } = step.write;
  try {
    await cluster.write(step.write);
  } catch (error) {
    if (!(error instanceof SyncError) || error.code !== "changed-in-between") throw error;
    conflicts.set(targetName(target), error.message);
    return;
  }
  if (step.kind === "remember") return;
  const reason = EVENT_REASONS[step.kind];
  const type = step.kind === "rollback" || step.kind === "break-glass" ? "Warning" : "Normal";
  await cluster.event(target, { type, reason, message: step.reason }, now());
}

const EVENT_REASONS = {
  widen: "TrustWidened",
  "switch-url": "UrlSwitched",
  narrow: "TrustNarrowed",
  confirm: "Confirmed",
  rollback: "RolledBack",
  "break-glass": "FailedOpen",
  restore: "FailClosedRestored",
} as const;

function rolledBack({ reason, write }: Extract<Step, { write: unknown }>, { seen }: RunMemory): LastStep {
  const about = targetName(write.target);
  const finding: Finding = { code: "canary-failed", about, message: `rolled back: ${reason}` };
  return { kind: "report", findings: [finding, ...seen.values()] };
}
