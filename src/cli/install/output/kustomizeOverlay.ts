import jsonPatch from "fast-json-patch";
import { stringify } from "yaml";
import { withoutTrailing } from "../../../protocol/withoutTrailing.ts";
import { registrationYaml } from "../../render/registrationYaml.ts";
import { INSTALL_DEFAULTS, MANIFEST_CONFIG } from "../config/installDefaults.ts";
import type { InstallConfig } from "../config/installSchema.ts";
import { overDefaults } from "../config/overDefaults.ts";
import type { Scope } from "../expression/Expression.ts";
import { isGiven } from "../expression/operations.ts";
import { evaluateTemplates, type Template } from "../expression/Template.ts";
import { scopeOf } from "../source/derivedValues.ts";
import { installTemplates } from "../source/installTemplates.ts";
import { PARTS } from "../source/readManifests.ts";
import { identityOf } from "./inApplyOrder.ts";
import { WRITTEN_BY } from "./writeFolder.ts";

const HEADER = [WRITTEN_BY];

/**
 * The files of an overlay over the shipped base and components, by name: what the config changes in them is patches.
 * `manifests` is the path of infra/kubernetes from the overlay, or its URL as kustomize reads it: `https://HOST/REPO//PATH?ref=v1`.
 */
export function kustomizeOverlay(
  config: InstallConfig,
  scope: Scope,
  manifests: string,
): Readonly<Record<string, string>> {
  const shipped = scopeOf(shippedConfig(config));
  const folders = PARTS.filter(([, when]) => isGiven(when.evaluate(shipped))).map(([folder]) => folder);
  const pairs = installTemplates().map((template) => ({
    before: objectOf(template, shipped),
    after: objectOf(template, scope),
  }));
  const added = pairs.flatMap(({ before, after }) => (before === undefined && after !== undefined ? [after] : []));
  const at = (folder: string): string => below(manifests, folder);
  const kustomization = {
    apiVersion: "kustomize.config.k8s.io/v1beta1",
    kind: "Kustomization",
    resources: [...folders.filter((it) => it === "base").map(at), ...(added.length === 0 ? [] : ["objects.yaml"])],
    components: folders.filter((it) => it !== "base").map(at),
    patches: pairs.flatMap(({ before, after }) => (before === undefined ? [] : patchOf(before, after))),
  };
  return {
    "kustomization.yaml": registrationYaml([kustomization], HEADER),
    ...(added.length === 0 ? {} : { "objects.yaml": registrationYaml(added, HEADER) }),
  };
}

/** A folder below a path or a URL of kustomize, in which `//` stays and a query is at the end. */
function below(base: string, folder: string): string {
  const mark = base.search(/\?(?:ref|version|timeout|submodules)=/);
  const [path, query] = mark === -1 ? [base, ""] : [base.slice(0, mark), base.slice(mark)];
  const above = withoutTrailing(path, "/");
  return above === "" ? folder : `${above}/${folder}${query}`;
}

/** The config for which the listed folders are what `postern install` prints. */
function shippedConfig({ components, issuer, capability, pinnedImages }: InstallConfig): unknown {
  const needsBase = components.some((it) => it === "gate" || it === "rollout");
  const hasSync = components.some((it) => it === "sync" || it === "watch");
  return overDefaults(overDefaults(INSTALL_DEFAULTS, MANIFEST_CONFIG), {
    components: needsBase && !hasSync ? [...components, "sync"] : components,
    issuer: { kind: issuer.kind },
    capability: { enabled: capability.enabled },
    pinnedImages,
  });
}

function objectOf(template: Template, scope: Scope): object | undefined {
  return evaluateTemplates([template], scope)[0];
}

function patchOf(before: object, after: object | undefined): readonly object[] {
  const { kind, name, namespace } = identityOf(before);
  const place = namespace === undefined ? {} : { namespace };
  if (after === undefined) {
    const { apiVersion } = { apiVersion: undefined, ...before };
    return [{ patch: stringify({ $patch: "delete", apiVersion, kind, metadata: { name, ...place } }) }];
  }
  const operations = jsonPatch.compare(before, after);
  if (operations.length === 0) return [];
  // JSON: kustomize trims a patch, and YAML would lose the line break at the end of a text.
  return [{ target: { kind, name, ...place }, patch: JSON.stringify(operations, null, 2) }];
}
