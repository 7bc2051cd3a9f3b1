import { isJsonObject } from "../../../protocol/Json.ts";
import { call } from "../expression/build.ts";
import type { Expression } from "../expression/Expression.ts";
import type { ManifestSet } from "./ManifestSet.ts";

/**
 * Adds a patch of a kustomization, which applies when `when` holds: operations `add` of JSON Patch on a target, or
 * `$patch: delete`. As in kustomize, a target that is not there is passed over.
 */
export function addPatch(
  set: ManifestSet,
  when: Expression,
  target: { readonly kind: string; readonly name: string } | undefined,
  patch: unknown,
): void {
  if (target === undefined) {
    deleteObject(set, when, patch);
    return;
  }
  const name = `${target.kind}/${target.name}`;
  if (!set.has(name)) throw new Error(`the manifests have no object ${name}, which a kustomization patches`);
  for (const operation of Array.isArray(patch) ? patch : [])
    if (operation.op === "add" && typeof operation.path === "string")
      set.setIf(when, name, operation.path, operation.value);
    else throw new Error(`the patch of ${name} has another operation than add`);
}

function deleteObject(set: ManifestSet, when: Expression, patch: unknown): void {
  const { kind, metadata, $patch } = isJsonObject(patch) ? patch : {};
  if ($patch !== "delete" || !isJsonObject(metadata)) throw new Error("a patch without a target deletes nothing");
  set.restrict(`${kind}/${metadata.name}`, call("not", when));
}
