import type { JsonObject } from "../protocol/Json.ts";
import type { GroupVersionKind, GroupVersionResource, Operation, Review, User } from "../protocol/Review.ts";
import type { Deadline } from "./Deadline.ts";
import { formatPath } from "./formatPath.ts";
import type { PolicyContext } from "./PolicyContext.ts";
import type { PodContainer } from "./podContainers.ts";
import type { Policy } from "./policy.ts";
import type { ReviewView } from "./ReviewView.ts";

/** The context that the engine hands to a policy: a view of the review, cut to the policy's Pod template where it asked for one. */
export class ReviewContext implements PolicyContext<unknown, unknown, unknown> {
  readonly object: JsonObject | null;
  readonly oldObject: JsonObject | null;
  readonly params: unknown;
  readonly #review: Review;
  readonly #view: ReviewView;
  readonly #policy: Policy;
  readonly #deadline: Deadline;

  constructor(review: Review, view: ReviewView, policy: Policy, params: unknown, deadline: Deadline) {
    this.object = view.object;
    this.oldObject = view.oldObject;
    this.params = params;
    this.#review = review;
    this.#view = view;
    this.#policy = policy;
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
  // Made when they are asked for: most policies use neither.
  get path(): (...segments: readonly (string | number)[]) => string {
    return (...segments) => formatPath([...this.#view.template, ...segments]);
  }
  get containers(): () => readonly PodContainer[] {
    return () => this.#view.containers(this.#policy.match.ephemeralContainers !== false);
  }
}
