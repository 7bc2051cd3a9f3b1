import { MIRROR_ANNOTATION } from "../../policy/define/isMirrorPod.ts";
import type { Match } from "../../policy/define/Match.ts";
import { PolicyDefinitionError } from "../../policy/define/PolicyDefinitionError.ts";
import { type Policy, policy } from "../../policy/define/policy.ts";
import type { ResourceName } from "../../policy/define/ResourceTypes.ts";
import { isJsonObject } from "../../protocol/Json.ts";
import { type BuiltinOptions, checkOptions } from "../BuiltinOptions.ts";
import { noParams } from "../noParams.ts";
import { checkLabelKey } from "./checkLabelKey.ts";
import { labelledResources } from "./labelledResources.ts";

/** Options of {@link addAnnotations}. */
export interface AddAnnotationsOptions extends BuiltinOptions {
  /** The annotations to add. At least one. */
  readonly annotations: Readonly<Record<string, string>>;
  /** Whether to replace another value of an annotation. Default: false. */
  readonly overwrite?: boolean;
  /** The resources that get the annotations. Default: `pods`. */
  readonly resources?: readonly ResourceName[];
  /** Required for custom resources in `resources`. */
  readonly apiGroups?: readonly string[];
  /**
   * Whether Pod templates of new workloads also get the annotations, and of which other kinds. Default: false. The Pods of
   * a template get them in any case, each when it is created.
   */
  readonly podTemplates?: Match["podTemplates"];
}

/** The annotations of AppArmor name a container. The API server refuses Pods without it (`ValidateAppArmorPodAnnotations`). */
const APP_ARMOR = "container.apparmor.security.beta.kubernetes.io/";

/**
 * Adds annotations to objects on CREATE and UPDATE, and to Pod templates only with their new workload: a changed template
 * replaces all Pods. Idempotent. Throws {@link PolicyDefinitionError}.
 */
export function addAnnotations(options: AddAnnotationsOptions): Policy {
  checkOptions("add-annotations", options, ["annotations", "overwrite", "resources", "apiGroups", "podTemplates"]);
  const { name = "add-annotations", namespaces = {}, overwrite = false, podTemplates = false } = options;
  if (typeof overwrite !== "boolean")
    throw new PolicyDefinitionError(name, "options.overwrite", "is not true or false");
  const annotations = readAnnotations(name, options.annotations);
  return policy({
    name,
    description: `Objects get the annotations ${annotations.map(([key]) => key).join(", ")}`,
    match: { ...labelledResources(name, options.resources, options.apiGroups), podTemplates, namespaces },
    params: noParams,
    mutate: (draft, { operation, path }) => {
      const isUpdate = operation === "UPDATE";
      const isTemplate = path("metadata") !== "metadata";
      if (isUpdate && isTemplate) return;
      const present = draft.metadata?.annotations ?? {};
      const added = annotations.filter(([key]) => overwrite || !Object.hasOwn(present, key));
      if (added.length === 0) return;
      draft.metadata ??= {};
      draft.metadata.annotations ??= {};
      for (const [key, value] of added) draft.metadata.annotations[key] = value;
    },
  });
}

function readAnnotations(name: string, annotations: unknown): [key: string, value: string][] {
  const fail = (fault: string): never => {
    throw new PolicyDefinitionError(name, "options.annotations", fault);
  };
  if (!isJsonObject(annotations) || Object.keys(annotations).length === 0)
    return fail("is not an object with at least one annotation");
  return Object.entries(annotations).map(([key, value]) => {
    checkLabelKey(name, "options.annotations", key);
    if (key === MIRROR_ANNOTATION) return fail(`has ${key}, which only kubelets may set`);
    if (key.startsWith(APP_ARMOR))
      return fail(`has ${key}, which names a container; set appArmorProfile in the security context`);
    return typeof value === "string" ? [key, value] : fail(`has a value for '${key}' that is not a text`);
  });
}
