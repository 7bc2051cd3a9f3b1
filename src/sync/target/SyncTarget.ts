import { gatePath } from "../../protocol/gateUrl.ts";
import type { Hook } from "./Hook.ts";
import type { TargetState } from "./TargetState.ts";

/** The kinds of object that say where the API server calls a gate. */
export type TargetKind = "ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration" | "CustomResourceDefinition";

/** A registration that was handed to the sync, as the cluster has it. */
export interface SyncTarget {
  readonly kind: TargetKind;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  /** Whether bundles and URLs are tried on it: on a CRD those of conversions, else those of webhooks. */
  readonly isCanary: boolean;
  /** At least one. */
  readonly hooks: readonly Hook[];
  readonly state: TargetState;
  /** The annotations that the state was read from, those that could not be read included. */
  readonly annotations: Readonly<Record<string, string>>;
  /** Why it is left alone, whatever its state: another writer, or something that the sync does not write. */
  readonly obstacle: string | undefined;
}

/** What the API server calls a gate for; bundles and URLs of each are tried on a canary of its own. */
export type CallPurpose = "webhooks" | "conversions";

/** What a target has the gate called for. */
export function purposeOf({ kind }: Pick<SyncTarget, "kind">): CallPurpose {
  return kind === "CustomResourceDefinition" ? "conversions" : "webhooks";
}

/** The URL of a canary: as `postern render` writes it, or with the mark of one test, which tells its calls from others. */
export function canaryUrl(purpose: CallPurpose, base: string, cluster: string, mark?: string): string {
  const path = purpose === "webhooks" ? "validate" : "convert";
  return `${base}${gatePath(cluster, path, mark === undefined ? undefined : `self-test-${mark}`)}`;
}

/** The canary for a purpose; undefined where none was handed over. */
export function canaryFor(targets: readonly SyncTarget[], purpose: CallPurpose): SyncTarget | undefined {
  return targets.find((target) => target.isCanary && purposeOf(target) === purpose);
}

/** How a target is called in plans, Events and messages. */
export function targetName({ kind, name }: Pick<SyncTarget, "kind" | "name">): string {
  return `${kind}/${name}`;
}
