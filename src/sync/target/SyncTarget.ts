import { gatePath } from "../../protocol/gateUrl.ts";
import type { Hook } from "./Hook.ts";
import type { TargetState } from "./TargetState.ts";

/** The kinds of objects that tell the API server where to call a gate. */
export type TargetKind = "ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration" | "CustomResourceDefinition";

/** A registration that is handed to the sync, as read from the cluster. */
export interface SyncTarget {
  readonly kind: TargetKind;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  /** Whether bundles and URLs are tried on it: a CRD for conversions, otherwise for webhooks. */
  readonly isCanary: boolean;
  /** At least one, unless the target has a fault. */
  readonly hooks: readonly Hook[];
  readonly state: TargetState;
  /** All annotations of the sync on the object, including those that could not be parsed into `state`. */
  readonly annotations: Readonly<Record<string, string>>;
  /** The names of the annotations whose values the sync does not write, such as a time ahead of now. See `stateFaults`. */
  readonly stateFaults?: readonly string[];
  /**
   * The SHA-256 fingerprints of the roots that the registration was handed over with (annotation `postern.dev/roots`, which
   * `postern render --sync` writes and the sync must not change). Undefined when it has no such record.
   */
  readonly handedOver?: readonly string[] | undefined;
  /** Why the sync never writes it: another writer, or a form that the sync does not support. Undefined when it may. */
  readonly fault: string | undefined;
}

/** Why the API server calls a gate. Each purpose has its own canary. */
export type CallPurpose = "webhooks" | "conversions";

/** The purpose of a target, by its kind. */
export function purposeOf({ kind }: Pick<SyncTarget, "kind">): CallPurpose {
  return kind === "CustomResourceDefinition" ? "conversions" : "webhooks";
}

/** The URL of a canary: as `postern render` writes it, or with a tag that identifies the calls of one test. */
export function canaryUrl(purpose: CallPurpose, base: string, cluster: string, tag?: string): string {
  const path = purpose === "webhooks" ? "validate" : "convert";
  return `${base}${gatePath(cluster, path, tag === undefined ? undefined : `self-test-${tag}`)}`;
}

/** The canary for a purpose. Undefined when none is handed to the sync. */
export function canaryFor(targets: readonly SyncTarget[], purpose: CallPurpose): SyncTarget | undefined {
  return targets.find((target) => target.isCanary && purposeOf(target) === purpose);
}

/** `KIND/NAME`, as plans, Events and messages name a target. */
export function targetName({ kind, name }: Pick<SyncTarget, "kind" | "name">): string {
  return `${kind}/${name}`;
}
