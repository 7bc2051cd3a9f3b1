import type { ApiServers } from "../kubernetes/apiServers.ts";
import type { Lease } from "../kubernetes/Lease.ts";
import { splitGateUrl } from "../protocol/gateUrl.ts";
import { encodeBundle, readableCertificates } from "../trust/bundle.ts";
import type { EndpointView } from "../trust/probe/EndpointView.ts";
import { testCanary } from "./apply/Canary.ts";
import type { SyncCluster } from "./apply/SyncCluster.ts";
import type { SyncConfig, SyncGoal } from "./goal/SyncConfig.ts";
import { findingsOf } from "./plan/findingsOf.ts";
import { nextStep } from "./plan/nextStep.ts";
import type { CanaryTest, Observation } from "./plan/Observation.ts";
import { isLast, type LastStep, type Step } from "./plan/Step.ts";
import { simulateStep } from "./plan/simulateStep.ts";
import { SyncError } from "./SyncError.ts";
import { type CallPurpose, canaryFor, canaryUrl, purposeOf, type SyncTarget, targetName } from "./target/SyncTarget.ts";

/** What a run needs of the world. */
export interface SyncDeps {
  readonly config: SyncConfig;
  /** The API servers that are asked for self-tests; called once, before the first. */
  readonly apis: () => Promise<Pick<ApiServers, "apis" | "isPartial">>;
  readonly cluster: SyncCluster;
  readonly lease: Pick<Lease, "hold" | "release">;
  /** Looks at an endpoint; never rejects. */
  readonly view: (base: string) => Promise<EndpointView>;
  readonly now: () => number;
  /** Asks, once in a run, what comes next: the goal that follows from it. Never rejects. */
  readonly aim?: (targets: readonly SyncTarget[]) => Promise<SyncGoal>;
  /** Ends a run before its next step, with {@link SyncError} `stopped`. */
  readonly signal?: AbortSignal;
  /** How far the API server's clock is ahead of `now`, as far as is known by then. In milliseconds. */
  readonly skew?: () => number;
  /** Hears of each step before it is taken. */
  readonly onStep?: (step: Step) => void;
}

/** What a run did, or would do. */
export interface SyncRun {
  /** In order; the last one ends the run. */
  readonly steps: readonly Step[];
  readonly last: LastStep;
  readonly rolledBack: boolean;
  /** As they were when the run was over. */
  readonly observation: Observation;
}

/** A run takes a few steps for each target; one that takes more goes round in a circle. */
const STEPS = 40;
const STEPS_PER_TARGET = 20;

/**
 * Observes, takes one step, and observes anew, until there is nothing more to do now. With `dryRun` nothing is written:
 * each step is taken for granted. Throws {@link SyncError} where the cluster cannot be read or written, or another run
 * has the Lease; what was begun then is finished, or taken back, by the next run.
 */
export async function runSync(deps: SyncDeps, options: { readonly dryRun: boolean }): Promise<SyncRun> {
  const steps: Step[] = [];
  const left = new Map<string, string>();
  const trials: Trials = new Map();
  let apis: Pick<ApiServers, "apis" | "isPartial"> | undefined;
  try {
    const goal = (await deps.aim?.(await deps.cluster.targets())) ?? deps.config.goal;
    let observation = await observe(deps, goal, trials, left);
    for (;;) {
      const step = nextStep(observation, goal);
      steps.push(step);
      deps.onStep?.(step);
      if (isLast(step)) {
        if (!options.dryRun) await tell(deps, observation, step);
        return { steps, last: step, rolledBack: false, observation };
      }
      if (steps.length > STEPS + STEPS_PER_TARGET * observation.targets.length)
        throw new SyncError("refused-by-cluster", `no end after ${steps.length} steps: what is written does not stay`);
      if (options.dryRun) {
        observation = simulateStep(observation, step, goal);
        continue;
      }
      if (deps.signal?.aborted === true) throw new SyncError("stopped", "it was stopped between two steps");
      await deps.lease.hold();
      if (step.kind === "try-canary") {
        apis ??= await deps.apis();
        await tryCanary(deps, observation, step, apis, trials);
      } else await take(deps, step, left);
      observation = await observe(deps, goal, trials, left);
      if (step.kind === "rollback") return { steps, last: rolledBack(step), rolledBack: true, observation };
    }
  } finally {
    for (const trial of trials.values()) await settleCanary(deps, trial);
    if (!options.dryRun) await deps.lease.release();
  }
}

/** What a run tried on each canary: how it was before, and the last test. */
type Trials = Map<
  CallPurpose,
  { readonly before: SyncTarget; readonly test: CanaryTest; readonly glassTests: readonly CanaryTest[] }
>;

async function observe(
  deps: SyncDeps,
  goal: SyncGoal,
  trials: Trials,
  left: ReadonlyMap<string, string>,
): Promise<Observation> {
  const targets = await deps.cluster.targets();
  const urls = targets.flatMap(({ hooks, state }) => [...hooks, ...(state.snapshot ?? [])].map(({ url }) => url));
  const bases = new Set(urls.flatMap((url) => splitGateUrl(url, goal.cluster)?.base ?? []));
  if (goal.url !== undefined) bases.add(goal.url);
  const endpoints = await Promise.all([...bases].map((base) => deps.view(base)));
  const [canaryTest, conversionTest] = [trials.get("webhooks")?.test, trials.get("conversions")?.test];
  const glassTests = trials.get("webhooks")?.glassTests ?? [];
  return {
    now: deps.now(),
    skew: deps.skew?.() ?? 0,
    targets,
    endpoints,
    canaryTest,
    conversionTest,
    glassTests,
    left,
  };
}

async function tryCanary(
  { cluster, config, now }: SyncDeps,
  { targets }: Observation,
  step: Extract<Step, { kind: "try-canary" }>,
  apis: Pick<ApiServers, "apis" | "isPartial">,
  trials: Trials,
): Promise<void> {
  const canary = canaryFor(targets, step.purpose);
  if (canary === undefined) throw new Error("a step for a canary that is not there");
  const { goal, publicKey, timeouts } = config;
  const deps = { ...apis, cluster, goal, publicKey, timeout: timeouts.canary, now };
  const { before = canary, glassTests = [] } = trials.get(step.purpose) ?? {};
  const patience = step.glass === "break" ? goal.breakGlassAfter : undefined;
  const test = await testCanary(deps, canary, { ...step, patience });
  trials.set(step.purpose, { before, test, glassTests: step.glass === undefined ? glassTests : [...glassTests, test] });
}

async function take(
  { cluster, now }: SyncDeps,
  step: Extract<Step, { write: unknown }>,
  left: Map<string, string>,
): Promise<void> {
  const { target } = step.write;
  try {
    await cluster.write(step.write);
  } catch (error) {
    if (!(error instanceof SyncError) || error.code !== "changed-in-between") throw error;
    left.set(targetName(target), error.message);
    return;
  }
  if (step.kind === "remember") return;
  const reason = EVENTS[step.kind];
  const type = step.kind === "rollback" || step.kind === "break-glass" ? "Warning" : "Normal";
  await cluster.event(target, { type, reason, message: step.reason }, now());
}

const EVENTS = {
  widen: "TrustWidened",
  "switch-url": "UrlSwitched",
  narrow: "TrustNarrowed",
  confirm: "Confirmed",
  rollback: "RolledBack",
  "break-glass": "GlassBroken",
  "mend-glass": "GlassMended",
} as const;

/** What somebody has to know goes to the target that it is about, or to the canary. */
async function tell({ cluster, now }: SyncDeps, { targets }: Observation, step: LastStep): Promise<void> {
  for (const { code, about, message } of findingsOf(step)) {
    const target = targets.find((it) => targetName(it) === about) ?? targets.find(({ isCanary }) => isCanary);
    if (target === undefined) continue;
    const reason = code.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());
    await cluster.event(target, { type: "Warning", reason, message: `${about}: ${message}` }, now());
  }
}

function rolledBack({ reason, write }: Extract<Step, { write: unknown }>): LastStep {
  const about = targetName(write.target);
  return { kind: "report", findings: [{ code: "canary-failed", about, message: `rolled back: ${reason}` }] };
}

/**
 * A canary says again what is in force: what was there before, where the last bundle did not carry; else the bundle
 * without its comment, and the URL without what was this run's own, so that it is what `postern render` has for it.
 */
async function settleCanary(
  { cluster, config, lease }: SyncDeps,
  { before, test: { result, base } }: { readonly before: SyncTarget; readonly test: CanaryTest },
): Promise<void> {
  try {
    // A run that has lost its Lease leaves the canary to the one that took it.
    await lease.hold();
    const purpose = purposeOf(before);
    const canary = canaryFor(await cluster.targets(), purpose);
    if (canary === undefined) return;
    const url = canaryUrl(purpose, base, config.goal.cluster);
    const plain = canary.hooks.map(({ name, bundle }) => ({
      name,
      url,
      bundle: encodeBundle(readableCertificates(bundle)),
    }));
    await cluster.write({ target: canary, hooks: result === "passed" ? plain : before.hooks, state: {} });
  } catch {
    // The canary matters to nobody but the next run, which writes it anew where it has to.
  }
}
