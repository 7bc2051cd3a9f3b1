import { expect, it } from "vitest";
import { qualifiedImage } from "../../../src/policies/images/qualifiedImage.ts";

it.each<[image: string, qualified: string]>([
  ["nginx", "docker.io/library/nginx"],
  ["nginx:1.27", "docker.io/library/nginx:1.27"],
  ["nginx@sha256:abc", "docker.io/library/nginx@sha256:abc"],
  ["grafana/loki:3", "docker.io/grafana/loki:3"],
  ["docker.io/nginx", "docker.io/library/nginx"],
  ["index.docker.io/nginx", "docker.io/library/nginx"],
  ["docker.io/library/nginx", "docker.io/library/nginx"],
  ["localhost/web", "localhost/web"],
  ["localhost:5000/web", "localhost:5000/web"],
  ["registry/web", "docker.io/registry/web"],
  ["registry:5000/web:1", "registry:5000/web:1"],
  ["Registry/web", "Registry/web"],
  ["ghcr.io/org/web", "ghcr.io/org/web"],
  ["[::1]:5000/web", "[::1]:5000/web"],
])("qualifiedImage of %s is %s", (image, qualified) => {
  expect(qualifiedImage(image)).toBe(qualified);
  expect(qualifiedImage(qualified)).toBe(qualified);
});
