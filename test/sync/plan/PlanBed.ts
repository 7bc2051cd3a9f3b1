import type { SyncGoal } from "../../../src/sync/goal/SyncConfig.ts";
import type { CanaryTest, Observation } from "../../../src/sync/plan/Observation.ts";
import type { Hook } from "../../../src/sync/target/Hook.ts";
import type { SyncTarget } from "../../../src/sync/target/SyncTarget.ts";
import type { TargetState } from "../../../src/sync/target/TargetState.ts";
import { encodeBundle, readableCertificates, trustHash } from "../../../src/trust/bundle.ts";
import type { Certificate } from "../../../src/trust/x509/Certificate.ts";
import { NEW, OLD, SyncWorld, type WorldCa } from "../SyncWorld.ts";

/** How long a root must be unused in these tests. */
export const SOAK_MS = 10_000;

/** What differs from a target that is in step: CA 0 is pinned, in the bundle, and served at both base URLs. */
export interface PlanCase {
  /** The pinned CAs, or system trust. */
  readonly pins?: readonly number[] | "system";
  /** The CAs in the target's bundle. */
  readonly live?: readonly number[];
  /** What each address of the old and of the new base URL serves: the number of a CA, or a fault. */
  readonly atOld?: readonly (number | string)[];
  readonly atNew?: readonly (number | string)[];
  readonly goal?: Partial<SyncGoal>;
  readonly state?: TargetState;
  /** Changes the webhooks of the target. */
  readonly hooks?: (hooks: readonly Hook[]) => readonly Hook[];
  /** The last canary test of the run for webhooks. */
  readonly test?: CanaryTest;
  readonly skewMs?: number;
}

/** The input of a planner of one target. */
export interface PlanInput {
  readonly target: SyncTarget;
  readonly observation: Observation;
  readonly goal: SyncGoal;
}

/** Makes the input of the planners for one webhook configuration with two webhooks. The time does not pass. */
export class PlanBed {
  readonly now = Date.now();
  readonly #cas: readonly WorldCa[];

  constructor(cas: readonly WorldCa[]) {
    this.#cas = cas;
  }

  root(ca: number): Certificate {
    const root = this.#cas[ca]?.root;
    if (root === undefined) throw new Error(`there is no CA ${ca}`);
    return root;
  }

  fingerprint(ca: number): string {
    return this.root(ca).fingerprint;
  }

  bundle(...cas: readonly number[]): string {
    return encodeBundle(cas.map((ca) => this.root(ca)));
  }

  hash(...cas: readonly number[]): string {
    return trustHash(cas.map((ca) => this.root(ca)));
  }

  /** The webhooks of the target with other CAs in the bundle, or another base URL. */
  hooks(cas: readonly number[], base = OLD): Hook[] {
    const marks = [{ mayFailOpen: true }, {}];
    return ["/validate/a", "/validate/b"].map((path, index) => ({
      name: `hook-${index}`,
      url: `${base}/c/prod${path}`,
      bundle: this.bundle(...cas),
      failurePolicy: "Fail",
      ...marks[index],
    }));
  }

  /** A canary test of these CAs. By default it passed at the old base URL, one second ago. */
  test(cas: readonly number[], more: Partial<CanaryTest> = {}): CanaryTest {
    return { bundleHash: this.hash(...cas), base: OLD, at: this.now - 1_000, result: "passed", message: "", ...more };
  }

  input({ pins = [0], live = [0], atOld = [0, 0], atNew = [0, 0], ...more }: PlanCase): PlanInput {
    const settings = { gate: "g", cluster: "prod", url: undefined, soakMs: SOAK_MS };
    const world = new SyncWorld(this.#cas, settings, pins === "system" ? [] : pins, live);
    world.now = this.now;
    world.served.set(OLD, [...atOld]);
    world.served.set(NEW, [...atNew]);
    const { hooks = (before) => before, state = {}, test, skewMs } = more;
    const found = world.targets.find(({ kind, name }) => kind === "ValidatingWebhookConfiguration" && name === "g");
    if (found === undefined) throw new Error("the world has no registration");
    const target = { ...found, hooks: hooks(found.hooks), state };
    const trust = pins === "system" ? { trust: { mode: "system" as const } } : {};
    return {
      target,
      observation: { ...world.observe(), canaryTest: test, ...(skewMs === undefined ? {} : { skewMs }) },
      goal: { ...world.goal, ...trust, ...more.goal },
    };
  }
}

/** The target as a conversion: of a CustomResourceDefinition, without a name and a failurePolicy. */
export function asConversion({ target, observation, goal }: PlanInput): PlanInput {
  const bundle = target.hooks[0]?.bundle ?? "";
  const hooks = [{ name: "", url: `${OLD}/c/prod/convert`, bundle }];
  return {
    target: { ...target, kind: "CustomResourceDefinition", name: "gateways.example.com", hooks },
    observation,
    goal,
  };
}

/** The subjects of the CAs in a bundle, such as `root 0`. */
export function subjectsIn(bundle: string): string[] {
  return readableCertificates(bundle)
    .map(({ subject }) => subject.short)
    .sort();
}
