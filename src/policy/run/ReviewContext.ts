import type { JsonObject } from "../../protocol/Json.ts";
import type { GroupVersionKind, GroupVersionResource, Operation, Review, User } from "../../protocol/review/Review.ts";
import type { PolicyContext } from "../define/PolicyContext.ts";
import { type PodContainer, podContainers } from "../define/podContainers.ts";
import { podOfTemplate } from "../define/podTemplate.ts";
import type { PolicyHit } from "../match/PolicyHit.ts";
import type { Deadline } from "./Deadline.ts";

/** The context that the engine hands to a policy: a view of the review, cut to the policy's Pod template where it asked for one. */
export class ReviewContext implements PolicyContext<unknown, unknown, unknown> {
  readonly object: JsonObject | null;
  readonly oldObject: JsonObject | null;
  readonly params: unknown;
  readonly #review: Review;
  readonly #hit: PolicyHit;
  readonly #deadline: Deadline;

  /** `object` is the review's, or what earlier mutators made of it. Throws where the workload has no Pod template. */
  constructor(review: Review, object: JsonObject | null, hit: PolicyHit, params: unknown, deadline: Deadline) {
    const view = (whole: JsonObject | null): JsonObject | null =>
      whole === null || hit.template.length === 0 ? whole : podOfTemplate(whole, hit.template);
    this.object = view(object);
    this.oldObject = view(review.oldObject);
    this.params = params;
    this.#review = review;
    this.#hit = hit;
    this.#deadline = deadline;
  }

  get operation(): Operation {
    return this.#review.operation;
  }
  get subresource(): string {
    return this.#review.subresource;
  }
  get kind(): GroupVersionKind {
    return this.#review.kind;
  }
  get resource(): GroupVersionResource {
    return this.#review.resource;
  }
  get namespace(): string {
    return this.#review.namespace;
  }
  get name(): string {
    return this.#review.name;
  }
  get user(): User {
    return this.#review.user;
  }
  get dryRun(): boolean {
    return this.#review.dryRun;
  }
  get deadline(): AbortSignal {
    return this.#deadline.signal;
  }

  // Functions of their own and not methods, so that a policy can take them out of the context: ({ path }) => …
  readonly path = (...segments: readonly (string | number)[]): string =>
    formatPath([...this.#hit.template, ...segments]);

  readonly containers = (): readonly PodContainer[] =>
    podContainers(this.object, this.path, this.#hit.policy.match.ephemeralContainers !== false);
}

const PLAIN = /^[A-Za-z_][A-Za-z0-9_-]*$/;

/** `spec.containers[0].image`; names with other characters as `metadata.labels["a/b"]`. */
function formatPath(segments: readonly (string | number)[]): string {
  let path = "";
  for (const segment of segments) {
    if (typeof segment === "number") path += `[${segment}]`;
    else if (PLAIN.test(segment)) path += path === "" ? segment : `.${segment}`;
    else path += `[${JSON.stringify(segment)}]`;
  }
  return path;
}
