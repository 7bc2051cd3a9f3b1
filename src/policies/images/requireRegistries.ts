import * as z from "zod/mini";
import { builtin } from "../builtin.ts";
import { exemptImages } from "../exemptImages.ts";
import { hasPlainPath, PATH_FAULT } from "./hasPlainPath.ts";

/** A registry has a dot, a port or a capital letter, or is localhost: another first part is a repository of docker.io (`docker.io/grafana/`). */
const PREFIX = /^(?!index\.docker\.io\/)(?:localhost|[^\s/@.:A-Z*]*[.:A-Z][^\s/@*]*)(?:\/[^\s/@*]+)*\/$/;

/**
 * Denies images of other registries and repositories than the listed ones, of containers and of image volumes. An image is judged by
 * the name that runtimes complete: `nginx` is `docker.io/library/nginx`, and `grafana/loki` is `docker.io/grafana/loki`.
 */
export const requireRegistries = builtin({
  name: "require-registries",
  description: "Images must come from a listed registry or repository",
  match: { resources: ["pods"], resize: false },
  params: {
    /** Prefixes up to a `/`, with the registry: `registry.example.com/`, `registry.example.com/team/` or `docker.io/library/`. */
    allowed: z
      .array(
        z
          .string()
          .check(
            z.regex(PREFIX, "must begin with a registry, such as docker.io/, and end with /, without a *"),
            z.refine(hasPlainPath, PATH_FAULT),
          ),
      )
      .check(z.minLength(1)),
    /** Images of containers that are not judged, with `*`. */
    exemptImages,
  },
  exemptImages: (params) => params.exemptImages,
  validations: (on) => [
    on("containers[]", {
      // As `qualifiedImage` does it, in what CEL can say.
      fault: (container, { params }) => {
        const image = container.image ?? "";
        const parts = image.split("/");
        const host = parts[0] ?? "";
        const hasHost = parts.length > 1 && (host === "localhost" || /[.:A-Z]/.test(host));
        const isLegacy = host === "index.docker.io";
        const named = parts.length > 1 ? `docker.io/${image}` : `docker.io/library/${image}`;
        const short = (host === "docker.io" || isLegacy) && parts.length === 2;
        const whole = short ? `docker.io/library/${parts[1] ?? ""}` : hasHost ? image : named;
        // containerd takes it for the id of an image that the node has, of any registry.
        return (
          image.startsWith("sha256:") ||
          !params.allowed.some(
            (prefix) => whole.startsWith(prefix) || (isLegacy && whole.startsWith(`index.${prefix}`)),
          )
        );
      },
      at: "image",
      message: ({ name, image }, { at, params }) =>
        `${at}: container '${name}' has the image '${image ?? ""}', which is not of ${params.allowed.join(" or ")}`,
    }),
    on("spec.volumes[].image", {
      // The types have no image volumes yet (KEP-4639).
      fault: ({ reference }: ImageVolume, { params }) => {
        const image = reference ?? "";
        const parts = image.split("/");
        const host = parts[0] ?? "";
        const hasHost = parts.length > 1 && (host === "localhost" || /[.:A-Z]/.test(host));
        const isLegacy = host === "index.docker.io";
        const named = parts.length > 1 ? `docker.io/${image}` : `docker.io/library/${image}`;
        const short = (host === "docker.io" || isLegacy) && parts.length === 2;
        const whole = short ? `docker.io/library/${parts[1] ?? ""}` : hasHost ? image : named;
        // containerd takes it for the id of an image that the node has, of any registry.
        return (
          image.startsWith("sha256:") ||
          !params.allowed.some(
            (prefix) => whole.startsWith(prefix) || (isLegacy && whole.startsWith(`index.${prefix}`)),
          )
        );
      },
      at: "reference",
      message: ({ reference }: ImageVolume, { at, params }) =>
        `${at}: the volume has the image '${reference ?? ""}', which is not of ${params.allowed.join(" or ")}`,
    }),
  ],
});

interface ImageVolume {
  readonly reference?: string;
}
