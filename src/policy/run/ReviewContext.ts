import type { JsonObject } from "../../protocol/Json.ts";
import type { GroupVersionKind, GroupVersionResource, Operation, User } from "../../protocol/review/Review.ts";
import type { Log } from "../../telemetry/Log.ts";
import { formatPath } from "../define/formatPath.ts";
import type { PolicyContext } from "../define/PolicyContext.ts";
import { type PodContainer, podContainers } from "../define/podContainers.ts";
import { hasPodTemplate, podOfTemplate } from "../define/podTemplate.ts";
import type { PolicyHit } from "../match/PolicyHit.ts";
import type { KnownContainers } from "./KnownContainers.ts";
import type { PolicyRun } from "./runPolicy.ts";

/** The context of a policy call: a view of the review, or of the workload's Pod template for `podTemplates`. */
export class ReviewContext implements PolicyContext<unknown, unknown, unknown> {
  readonly object: unknown;
  readonly oldObject: JsonObject | null;
  readonly params: unknown;
  readonly #run: PolicyRun;
  readonly #hit: PolicyHit;
  readonly #known: KnownContainers | undefined;

  /**
   * `object` is the object of the review, or the result of the mutators before. `known` is what the policies of a review
   * share that judge the same object. Throws `PodTemplateMissingError` for a workload without a Pod template.
   */
  constructor(run: PolicyRun, hit: PolicyHit, object: JsonObject | null, known?: KnownContainers) {
    const view = (whole: JsonObject | null): JsonObject | null =>
      whole === null || hit.template.length === 0 ? whole : podOfTemplate(whole, hit.template);
    const { oldObject } = run.review;
    const isNew = hit.optional === true && oldObject !== null && !hasPodTemplate(oldObject, hit.template);
    this.object = view(object);
    this.oldObject = isNew ? null : view(oldObject);
    this.params = run.settings.paramsOf(hit.policy.name);
    this.#run = run;
    this.#hit = hit;
    this.#known = known;
  }

  /** The same context with another view of its object. */
  withObject(object: unknown): ReviewContext {
    const context = new ReviewContext(this.#run, this.#hit, this.#run.review.object);
    Object.defineProperty(context, "object", { value: object });
    return context;
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
  get log(): Log {
    return this.#run.log;
  }

  // Function members instead of methods, so that a policy can destructure the context: ({ path }) => …
  readonly path = (...segments: readonly (string | number)[]): string =>
    formatPath([...this.#hit.template, ...segments]);

  readonly containers = (): readonly PodContainer[] => {
    const withEphemeral = this.#hit.policy.match.ephemeralContainers !== false;
    const find = (): PodContainer[] => podContainers(this.object, this.path, withEphemeral);
    return this.#known?.get(this.#hit.template, withEphemeral, find) ?? find();
  };
}
