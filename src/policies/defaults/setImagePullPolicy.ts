import * as z from "zod/mini";
import { isJsonObject } from "../../protocol/Json.ts";
import { matchesGlob } from "../../protocol/matchesGlob.ts";
import { builtin } from "../builtin.ts";
import { exemptImages, imagePattern } from "../exemptImages.ts";
import { draftContainers, newEphemeralContainers } from "./draftContainers.ts";

/**
 * Sets the pull policy of images. With `Always` a node asks the registry for each start of a container, so that a Pod
 * cannot use a private image only because another Pod pulled it, as with the API server's plugin AlwaysPullImages.
 *
 * Replaces the pull policy that a Pod has: the API server sets one in each Pod before it calls webhooks, so an absent one
 * cannot be told from a chosen one. Changes new Pods, with their image volumes, and new ephemeral containers.
 */
export const setImagePullPolicy = builtin({
  name: "set-image-pull-policy",
  description: "Containers must have the configured pull policy of images, so it is set",
  match: { resources: ["pods", "pods/ephemeralcontainers"] },
  params: {
    /** The pull policy. */
    pullPolicy: z._default(z.enum(["Always", "IfNotPresent", "Never"]), "Always"),
    /** The images that it is for, with `*`, such as `*:latest`. */
    images: z._default(z.array(imagePattern).check(z.minLength(1)), ["*"]),
    exemptImages,
  },
  mutate: ({ spec }, { params, operation, oldObject }) => {
    // The pull policy of a container cannot be changed later.
    const containers = operation === "CREATE" ? draftContainers(spec, params.exemptImages) : [];
    const ephemeral = newEphemeralContainers(spec, oldObject?.spec, params.exemptImages);
    for (const container of [...containers, ...ephemeral])
      if (params.images.some((glob) => matchesGlob(glob, container.image ?? "")))
        container.imagePullPolicy = params.pullPolicy;
    if (operation !== "CREATE") return;
    for (const volume of spec?.volumes ?? []) {
      // The types have no image volumes yet (KEP-4639).
      const source: unknown = Reflect.get(volume, "image");
      if (!isJsonObject(source)) continue;
      const reference = String(source.reference ?? "");
      const isExempt = params.exemptImages.some((glob) => matchesGlob(glob, reference));
      if (!isExempt && params.images.some((glob) => matchesGlob(glob, reference)))
        Reflect.set(source, "pullPolicy", params.pullPolicy);
    }
  },
});
