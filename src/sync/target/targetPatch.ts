import { type PatchOperation, pointerTo } from "../../protocol/patch/PatchOperation.ts";
import type { TargetWrite } from "../plan/Step.ts";
import type { Hook } from "./Hook.ts";
import type { SyncTarget } from "./SyncTarget.ts";
import { stateAnnotations } from "./TargetState.ts";

/** As whom the sync writes: the owner of `caBundle`, `url`, its own annotations, and a `failurePolicy` that it changed. */
export const FIELD_MANAGER = "postern-sync";

/** The operation that fails a patch where a value is another (RFC 6902, section 4.6). */
export interface TestOperation {
  readonly op: "test";
  readonly path: string;
  readonly value: unknown;
}

/**
 * A JSON Patch of what is to be another way, and of nothing else. Refused by the API server (409) where the target has
 * another `resourceVersion` or `uid` by then. Not by server-side apply: who applies a webhook's name and address owns the
 * whole entry with others, and then nobody else can take the entry away (422, for what is left of it is no webhook).
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
