import type { JsonObject } from "../../protocol/Json.ts";
import type { GroupVersionKind, GroupVersionResource, Operation, User } from "../../protocol/review/Review.ts";
import type { PolicyContext } from "../define/PolicyContext.ts";
import { type PodContainer, podContainers } from "../define/podContainers.ts";
import { podOfTemplate } from "../define/podTemplate.ts";
import type { PolicyHit } from "../match/PolicyHit.ts";
import type { PolicyRun } from "./runPolicy.ts";

/** The context of a policy call: a view of the review, or of the workload's Pod template for `podTemplates`. */
export class ReviewContext implements PolicyContext<unknown, unknown, unknown> {
  readonly object: JsonObject | null;
  readonly oldObject: JsonObject | null;
  readonly params: unknown;
  readonly #run: PolicyRun;
  readonly #hit: PolicyHit;

  /**
   * `object` is the object of the review, or the result of the mutators before. Throws `PodTemplateMissingError` for a
   * workload without a Pod template.
   */
  constructor(run: PolicyRun, hit: PolicyHit, object: JsonObject | null) {
    const view = (whole: JsonObject | null): JsonObject | null =>
      whole === null || hit.template.length === 0 ? whole : podOfTemplate(whole, hit.template);
    this.object = view(object);
    this.oldObject = view(run.review.oldObject);
    this.params = run.settings.paramsOf(hit.policy.name);
    this.#run = run;
    this.#hit = hit;
  }

  get operation(): Operation {
    return this.#run.review.operation;
  }
  get subresource(): string {
    return this.#run.review.subresource;
  }
  get kind(): GroupVersionKind {
    return this.#run.review.kind;
  }
  get resource(): GroupVersionResource {
    return this.#run.review.resource;
  }
  get namespace(): string {
    return this.#run.review.namespace;
  }
  get name(): string {
    return this.#run.review.name;
  }
  get user(): User {
    return this.#run.review.user;
  }
  get dryRun(): boolean {
    return this.#run.review.dryRun;
  }
  get deadline(): AbortSignal {
    return this.#run.deadline.signal;
  }

  // Function members instead of methods, so that a policy can destructure the context: ({ path }) => …
  readonly path = (...segments: readonly (string | number)[]): string =>
    formatPath([...this.#hit.template, ...segments]);

  readonly containers = (): readonly PodContainer[] =>
    podContainers(this.object, this.path, this.#hit.policy.match.ephemeralContainers !== false);
}

const PLAIN_NAME = /^[A-Za-z_][A-Za-z0-9_-]*$/;

/** Formats a path as `spec.containers[0].image`, and names with other characters as `metadata.labels["a/b"]`. */
function formatPath(segments: readonly (string | number)[]): string {
  let path = "";
  for (const segment of segments) {
    if (typeof segment === "number") path += `[${segment}]`;
    else if (PLAIN_NAME.test(segment)) path += path === "" ? segment : `.${segment}`;
    else path += `[${JSON.stringify(segment)}]`;
  }
  return path;
}
