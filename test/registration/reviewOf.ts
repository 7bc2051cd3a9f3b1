import type { Review } from "../../src/protocol/review/Review.ts";

/** Parts of a review. All other parts are those of a CREATE by the user jane. */
export interface ReviewOf {
  /** `GROUP/RESOURCE` or `GROUP/RESOURCE/SUBRESOURCE`; default `/pods`. */
  readonly at?: string;
  readonly operation?: Review["operation"];
  /** Default `default`. For a Namespace its own name. */
  readonly namespace?: string;
  readonly name?: string;
  readonly username?: string;
  readonly object?: Review["object"];
  readonly oldObject?: Review["oldObject"];
}

/** A review, with the labels that the API server sets on its namespace. */
export function reviewOf(about: ReviewOf = {}): { review: Review; namespaceLabels: Record<string, string> } {
  const { at = "/pods", operation = "CREATE", namespace = "default", name = "x", username = "jane" } = about;
  const [group = "", resource = "", subresource = ""] = at.split("/");
  const label = { "kubernetes.io/metadata.name": namespace };
  const object = at === "/namespaces" ? { metadata: { labels: label } } : { metadata: {} };
  const review: Review = {
    version: "v1",
    uid: "1",
    kind: { group, version: "v1", kind: "Any" },
    resource: { group, version: "v1", resource },
    subresource,
    requestKind: { group, version: "v1", kind: "Any" },
    requestResource: { group, version: "v1", resource },
    requestSubresource: subresource,
    name,
    namespace,
    operation,
    user: { username, uid: "", groups: [], extra: {} },
    object: about.object ?? (operation === "DELETE" ? null : object),
    oldObject: about.oldObject ?? null,
    dryRun: false,
    options: null,
  };
  return { review, namespaceLabels: label };
}
