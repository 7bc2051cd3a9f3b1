import { type PatchOperation, pointerTo } from "../../protocol/patch/PatchOperation.ts";
import type { Hook } from "./Hook.ts";
import type { SyncTarget } from "./SyncTarget.ts";
import { stateAnnotations } from "./TargetState.ts";
import type { TargetWrite } from "./TargetWrite.ts";

/** The field manager of the sync's writes: `caBundle`, `url`, its annotations, and a `failurePolicy` that it changed. */
export const FIELD_MANAGER = "postern-sync";

/** The operation that fails a patch when a value differs (RFC 6902, section 4.6). */
export interface TestOperation {
  readonly op: "test";
  readonly path: string;
  readonly value: unknown;
}

/**
 * Returns a JSON Patch of the values that differ. The API server answers 409 when `resourceVersion` or `uid` of the target
 * changed. Server-side apply is not used: the applier of a webhook's name and address co-owns the whole entry, and no other
 * manager can then remove it (422, the remaining entry is not a valid webhook).
 */
export function targetPatch({ target, hooks, state }: TargetWrite): (PatchOperation | TestOperation)[] {
  return [
    { op: "replace", path: "/metadata/resourceVersion", value: target.resourceVersion },
    { op: "replace", path: "/metadata/uid", value: target.uid },
    ...annotationOperations(target.annotations, stateAnnotations(state)),
    ...hooks.flatMap((hook) => hookOperations(target, hook)),
  ];
}

function annotationOperations(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): PatchOperation[] {
  const path = (key: string): string => pointerTo("/metadata/annotations", key);
  return [
    ...Object.keys(before).flatMap((key): PatchOperation[] =>
      key in after ? [] : [{ op: "remove", path: path(key) }],
    ),
    ...Object.entries(after).flatMap(([key, value]): PatchOperation[] =>
      before[key] === value ? [] : [{ op: "add", path: path(key), value }],
    ),
  ];
}

function hookOperations(
  { kind, hooks }: SyncTarget,
  { name, url, bundle, failurePolicy }: Hook,
): (PatchOperation | TestOperation)[] {
  const index = hooks.findIndex((hook) => hook.name === name);
  const before = hooks[index];
  if (before === undefined) return [];
  const isDefinition = kind === "CustomResourceDefinition";
  const path = isDefinition ? "/spec/conversion/webhook/clientConfig" : `/webhooks/${index}/clientConfig`;
  const caBundle = `${path}/caBundle`;
  const operations: (PatchOperation | TestOperation)[] = [];
  if (!isDefinition) operations.push({ op: "test", path: `/webhooks/${index}/name`, value: name });
  if (before.url !== url) operations.push({ op: "add", path: `${path}/url`, value: url });
  if (before.bundle !== bundle)
    operations.push(
      bundle === ""
        ? { op: "remove", path: caBundle }
        : { op: "add", path: caBundle, value: Buffer.from(bundle, "utf8").toString("base64") },
    );
  if (before.failurePolicy !== undefined && failurePolicy !== undefined && before.failurePolicy !== failurePolicy)
    operations.push({ op: "replace", path: `/webhooks/${index}/failurePolicy`, value: failurePolicy });
  return operations;
}
