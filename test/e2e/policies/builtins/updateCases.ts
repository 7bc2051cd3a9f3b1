import type { KubeObject } from "../../../cluster/ClusterApi.ts";

/** What an update does, from the view of one policy. */
export type UpdateChange = "unchanged" | "fixed" | "added" | "other faults";

/** An update of a policy's objects, as a client sends them. */
export interface UpdateCase {
  readonly policy: string;
  readonly change: UpdateChange;
  readonly before: KubeObject;
  /** Some may be refused: not every field can be changed. */
  readonly after: readonly KubeObject[];
}

/** Their specs cannot be changed. */
const FIXED_KINDS: readonly string[] = [
  "Pod",
  "Job",
  "PersistentVolumeClaim",
  "ResourceClaim",
  "ResourceClaimTemplate",
];
/** Names of roles and bindings that options allow: no update of such an object is denied. */
const ALLOWED_NAMES = /^(?:ops-.*|read-pods)$/;
/** Of each kind and verdict. */
const SAMPLES = 4;
/** Kinds of a policy that are updated. */
const KINDS = 3;

/** Objects of policies that they deny or allow. */
export class UpdateSamples {
  readonly #samples = new Map<string, Map<string, { readonly faulty: KubeObject[]; readonly clean: KubeObject[] }>>();

  add(policy: string, object: KubeObject, isFaulty: boolean): void {
    const byKind = this.#samples.get(policy) ?? new Map();
    this.#samples.set(policy, byKind);
    const samples = byKind.get(object.kind) ?? { faulty: [], clean: [] };
    byKind.set(object.kind, samples);
    const list: KubeObject[] = isFaulty ? samples.faulty : samples.clean;
    if (!isFaulty && ALLOWED_NAMES.test(object.metadata.name ?? "")) return;
    if (list.length < SAMPLES) list.push(object);
  }

  /** Updates of some of the objects. */
  cases(): UpdateCase[] {
    return [...this.#samples].flatMap(([policy, byKind]) =>
      [...byKind]
        .sort(([left], [right]) => Number(FIXED_KINDS.includes(left)) - Number(FIXED_KINDS.includes(right)))
        .slice(0, KINDS)
        .flatMap(([kind, { faulty, clean }]) => {
          const [first, ...others] = faulty;
          const [fine] = clean;
          const isFixed = FIXED_KINDS.includes(kind);
          const cases: (UpdateCase | undefined)[] = [
            first && { policy, change: "unchanged", before: first, after: [first] },
            first && !isFixed ? { policy, change: "fixed", before: first, after: clean } : undefined,
            fine && !isFixed ? { policy, change: "added", before: withRoleOf(fine, first), after: faulty } : undefined,
            first && !isFixed ? { policy, change: "other faults", before: first, after: others } : undefined,
          ];
          return cases.flatMap((it) => it ?? []);
        }),
    );
  }
}

/** A binding of the role of another one, which cannot be changed, to nobody. Other objects stay. */
function withRoleOf(object: KubeObject, other: KubeObject): KubeObject {
  return other?.roleRef === undefined ? object : { ...object, roleRef: other.roleRef, subjects: [] };
}

/** The object that a client sends to replace a stored one: with its name and what cannot be changed. */
export function replacementOf(stored: KubeObject, { metadata, spec, ...wanted }: KubeObject): KubeObject {
  const { name, namespace, resourceVersion } = stored.metadata;
  const kept = {
    ...(wanted.roleRef === undefined ? {} : { roleRef: stored.roleRef }),
    ...(spec === undefined ? {} : { spec: { ...spec, ...fixedFields(stored) } }),
  };
  // Something changes that no policy is about.
  const changed = { "example.com/changed": "yes" };
  const labels = { ...metadata.labels, ...stored.metadata.labels, ...changed };
  const annotations = { ...metadata.annotations, ...changed };
  return { ...wanted, ...kept, metadata: { ...metadata, name, namespace, resourceVersion, labels, annotations } };
}

function fixedFields({ kind, spec }: KubeObject): KubeObject {
  if (kind === "Pod" || kind === "Job" || kind === "PersistentVolumeClaim") return spec;
  return kind === "StatefulSet" ? { volumeClaimTemplates: spec.volumeClaimTemplates } : {};
}
