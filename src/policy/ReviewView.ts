import type { JsonObject } from "../protocol/Json.ts";
import type { Review } from "../protocol/Review.ts";
import { type PodContainer, podContainers } from "./podContainers.ts";
import { podOfTemplate } from "./podTemplate.ts";

/** What policies of one review see of its objects, whole or cut to a Pod template: made once for all that see the same. */
export class ReviewView {
  /** Empty for the object itself, else the way to its Pod template. */
  readonly template: readonly string[];
  readonly object: JsonObject | null;
  readonly oldObject: JsonObject | null;
  #containers: readonly PodContainer[] | undefined;
  #withoutEphemeral: readonly PodContainer[] | undefined;

  /** `object` is the review's, or what earlier mutators made of it. Throws where the workload has no Pod template. */
  constructor(review: Review, object: JsonObject | null, template: readonly string[]) {
    const view = (whole: JsonObject | null): JsonObject | null =>
      whole === null || template.length === 0 ? whole : podOfTemplate(whole, template);
    this.template = template;
    this.object = view(object);
    this.oldObject = view(review.oldObject);
  }

  /** The object's containers; frozen, for policies share the list. Throws as {@link podContainers} does. */
  containers(withEphemeral: boolean): readonly PodContainer[] {
    if (withEphemeral) {
      this.#containers ??= podContainers(this.object, this.template, true);
      return this.#containers;
    }
    this.#withoutEphemeral ??= podContainers(this.object, this.template, false);
    return this.#withoutEphemeral;
  }
}
