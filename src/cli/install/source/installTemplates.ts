import type { Template } from "../expression/Template.ts";
import { editGate, editIssuers } from "./edits/editGate.ts";
import { editNamespace } from "./edits/editNamespace.ts";
import { editPods } from "./edits/editPods.ts";
import { editRollout } from "./edits/editRollout.ts";
import { editSidecar } from "./edits/editSidecar.ts";
import { editAudience, editSync } from "./edits/editSync.ts";
import { readManifests } from "./readManifests.ts";

/**
 * The templates of everything that Postern runs in a cluster: the shipped manifests, with the places that the config sets.
 * `postern install` evaluates them, and the Helm chart is printed from them.
 */
export function installTemplates(): readonly Template[] {
  const set = readManifests();
  editSync(set);
  editAudience(set);
  editGate(set);
  editIssuers(set);
  editRollout(set);
  editSidecar(set);
  editPods(set);
  editNamespace(set);
  return set.templates;
}
