import type { BuiltinDoc } from "../../policies/catalogue/BuiltinDoc.ts";
import { podTemplateKinds } from "../../policy/define/podTemplate.ts";
import { pluralOfKind } from "../../protocol/kubernetesNames.ts";

/** A policy that judges or sets a field. */
export interface FieldJudge {
  readonly doc: BuiltinDoc;
  /** The field that it judges: the one that is asked for, one in it, or one that it is in. */
  readonly path: string;
  readonly isExact: boolean;
}

/** Where Pod templates are. */
const TEMPLATES = [
  ["spec", "jobTemplate", "spec", "template"],
  ["spec", "template"],
];
/** Whoever judges or sets one of these says nothing of a field in it. */
const COMMON = ["spec", "metadata", "spec.containers"];

/**
 * The policies that judge or set a field, such as `spec.hostNetwork`, `containers.image`, `Service.spec.type` or
 * `services.spec.type`. Those of the field itself are first.
 */
export function judgesOf(field: string, docs: readonly BuiltinDoc[]): FieldJudge[] {
  const [first = "", ...rest] = segmentsOf(field);
  const kinds = kindsOf(first, rest, docs);
  const asked = kinds.length === 0 ? [first, ...rest] : rest;
  const inTemplate = withoutTemplate(asked);
  const judges = docs.flatMap((doc) => {
    const isOfKind = kinds.length === 0 || doc.resources.some((it) => kinds.includes(it.split("/")[0] ?? ""));
    const paths = [...(isOfKind ? [asked] : []), ...(doc.podTemplates && inTemplate !== undefined ? [inTemplate] : [])];
    const found = paths.flatMap((path) => doc.fields.flatMap((own) => judgeOf(doc, own, path) ?? []));
    return found.find(({ isExact }) => isExact) ?? found[0] ?? [];
  });
  return judges.sort((left, right) => Number(right.isExact) - Number(left.isExact));
}

/**
 * The policies that judge or set anything of a kind, such as `Ingress` or `ingresses`, or of a subresource such as `pods/exec`. Those that only see its Pod template are
 * last, with its place.
 */
export function judgesOfKind(name: string, docs: readonly BuiltinDoc[]): FieldJudge[] {
  const kinds = [name, pluralOfKind(name)].map((it) => it.toLowerCase());
  const owner = podTemplateKinds({ resources: [], podTemplates: true }).find(({ resource }) =>
    kinds.includes(resource),
  );
  const judges = docs.flatMap((doc): FieldJudge[] => {
    if (doc.resources.some((it) => kinds.includes(it) || kinds.includes(it.split("/")[0] ?? "")))
      return [{ doc, path: "", isExact: true }];
    return owner !== undefined && doc.podTemplates ? [{ doc, path: owner.path.join("."), isExact: false }] : [];
  });
  return judges.sort((left, right) => Number(right.isExact) - Number(left.isExact));
}

/** The resources that the first part of a path may name: a kind, or as kubectl takes it, `pod` and `pods`. Empty for a member. */
function kindsOf(first: string, rest: readonly string[], docs: readonly BuiltinDoc[]): string[] {
  if (/^[A-Z]/.test(first)) return [pluralOfKind(first)];
  const isMember = docs.some(({ fields }) => fields.some((path) => segmentsOf(path).includes(first)));
  return rest.length === 0 || isMember ? [] : [first, pluralOfKind(first)];
}

/** Member names. The lists of containers of a Pod have one name, and need no `spec` before them. */
function segmentsOf(path: string): string[] {
  const names = path
    .replaceAll(/\[[^\]]*\]/g, "")
    .split(".")
    .filter((it) => it !== "")
    .map((it) => (/^(?:init|ephemeral)Containers$/.test(it) ? "containers" : it));
  return names[0] === "containers" ? ["spec", ...names] : names;
}

function withoutTemplate(path: readonly string[]): string[] | undefined {
  const template = TEMPLATES.find((it) => it.every((name, at) => path[at] === name));
  return template === undefined ? undefined : path.slice(template.length);
}

function judgeOf(doc: BuiltinDoc, path: string, asked: readonly string[]): FieldJudge | undefined {
  const own = segmentsOf(path);
  // A path without its beginning is also found: securityContext.privileged.
  const from = own.indexOf(asked[0] ?? "");
  if (from < 0) return undefined;
  const below = own.slice(from);
  const shared = Math.min(below.length, asked.length);
  if (!below.slice(0, shared).every((name, at) => name === asked[at])) return undefined;
  const isIn = asked.length > below.length;
  if (isIn && (COMMON.includes(below.join(".")) || (shared < 2 && from > 0))) return undefined;
  return { doc, path, isExact: below.length === asked.length };
}
