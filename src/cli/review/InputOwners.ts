import { listPart, objectPart } from "../../policy/mutate/objectPart.ts";
import type { Review } from "../../protocol/review/Review.ts";
import type { LocatedReview } from "../manifests/open/locateReview.ts";

/** The controller owners that objects of an input have in the same input. */
export class InputOwners {
  readonly #ownerOf = new Map<LocatedReview, LocatedReview>();
  readonly #owners = new Set<LocatedReview>();

  constructor(reviews: readonly LocatedReview[]) {
    const byName = new Map<string, LocatedReview[]>();
    for (const located of reviews) {
      const { object, subresource, kind, namespace, name } = located.review;
      if (object === null || subresource !== "" || name === "") continue;
      const key = keyOf(kind.group, kind.kind, namespace, name);
      const alike = byName.get(key);
      if (alike === undefined) byName.set(key, [located]);
      else alike.push(located);
    }
    for (const located of reviews) {
      const owner = directOwner(located.review, byName);
      if (owner === undefined) continue;
      this.#ownerOf.set(located, owner);
      this.#owners.add(owner);
    }
  }

  /** Whether another object names this one as its controller. */
  isOwner(located: LocatedReview): boolean {
    return this.#owners.has(located);
  }

  /** The owner of an object, the owner of that one, and so on, as far as they are in the input. Empty where they form a ring. */
  of(located: LocatedReview): readonly LocatedReview[] {
    const found = new Set([located]);
    for (let next = this.#ownerOf.get(located); next !== undefined; next = this.#ownerOf.get(next)) {
      // In a ring, each object would be covered by another one, and none reported.
      if (found.has(next)) return [];
      found.add(next);
    }
    found.delete(located);
    return [...found];
  }
}

/** The controller of an object: with the same uid where both have one, and else by kind, name and namespace. */
function directOwner(
  { object, subresource, namespace }: Review,
  byName: ReadonlyMap<string, readonly LocatedReview[]>,
): LocatedReview | undefined {
  if (object === null || subresource !== "") return undefined;
  const reference = listPart(object, ["metadata", "ownerReferences"]).find(
    (it) => objectPart(it, ["controller"]) === true,
  );
  const [apiVersion, kind, name, uid] = ["apiVersion", "kind", "name", "uid"].map((key) =>
    textOf(objectPart(reference, [key])),
  );
  if (apiVersion === undefined || kind === undefined || name === undefined) return undefined;
  const slash = apiVersion.indexOf("/");
  const group = slash < 0 ? "" : apiVersion.slice(0, slash);
  const alike = byName.get(keyOf(group, kind, namespace, name)) ?? [];
  const uidOf = ({ review }: LocatedReview) => textOf(objectPart(review.object, ["metadata", "uid"]));
  return (
    alike.find((it) => uid !== undefined && uidOf(it) === uid) ??
    alike.find((it) => uid === undefined || uidOf(it) === undefined)
  );
}

function keyOf(...parts: readonly string[]): string {
  return JSON.stringify(parts);
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
