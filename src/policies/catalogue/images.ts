import { disallowLatestTag } from "../images/disallowLatestTag.ts";
import { requireImageDigests } from "../images/requireImageDigests.ts";
import { requireImagePullPolicy } from "../images/requireImagePullPolicy.ts";
import { requireRegistries } from "../images/requireRegistries.ts";
import type { CatalogueEntry } from "./CatalogueEntry.ts";
import { podManifest } from "./podManifest.ts";

const DIGEST = "sha256:d5fdb5e1d2c7a1c5a9b7c1f3c8e0b4a69f2d7e1c3b5a7988f6e4d2c0b1a39587";

/** The built-in policies on images. */
export const images: readonly CatalogueEntry[] = [
  {
    builtin: "disallowLatestTag",
    make: () => disallowLatestTag(),
    options: "",
    why: "What `latest` names today is another image tomorrow: replicas differ, and a rollback does not bring the old one back.",
    controls: [],
    passing: podManifest("image: registry.example.com/web:1.4.2"),
    failing: podManifest("image: registry.example.com/web:latest"),
  },
  {
    builtin: "requireRegistries",
    make: () => requireRegistries({ allowed: ["registry.example.com/"] }),
    options: '{ allowed: ["registry.example.com/"] }',
    why: "Anyone can publish an image under a name that looks right. From registries of your own, people run what was built and scanned.",
    controls: ["CIS 5.5.1", "NSA: Building secure container images"],
    passing: podManifest("image: registry.example.com/web:1.4.2"),
    failing: podManifest("image: docker.io/someone/web:1.4.2"),
  },
  {
    builtin: "requireImageDigests",
    make: () => requireImageDigests(),
    options: "",
    why: "A tag can be moved to another image after it was tested and signed. A digest names one image for ever.",
    controls: ["NSA: Building secure container images"],
    passing: podManifest(`image: registry.example.com/web:1.4.2@${DIGEST}`),
    failing: podManifest("image: registry.example.com/web:1.4.2"),
  },
  {
    builtin: "requireImagePullPolicy",
    make: () => requireImagePullPolicy({ images: "tags" }),
    options: '{ images: "tags" }',
    why: "With another policy, a Pod runs the image that its node happens to have: an old one under a moved tag, or a private one without the credentials for it.",
    controls: [],
    passing: podManifest("image: registry.example.com/web:1.4.2\nimagePullPolicy: Always"),
    failing: podManifest("image: registry.example.com/web:1.4.2\nimagePullPolicy: IfNotPresent"),
  },
];
