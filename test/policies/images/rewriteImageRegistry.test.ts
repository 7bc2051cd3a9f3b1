import { expect, it } from "vitest";
import { rewriteImageRegistry } from "../../../src/policies/images/rewriteImageRegistry.ts";
import { PolicyDefinitionError } from "../../../src/policy/define/PolicyDefinitionError.ts";
import type { Review } from "../../../src/protocol/review/Review.ts";
import { applyMutators } from "../applyMutators.ts";
import { deploymentReview, podReview, podUpdate } from "../defaults/podReview.ts";
import { judge } from "../judge.ts";

type Options = NonNullable<Parameters<typeof rewriteImageRegistry>[0]>;
const MIRROR = "mirror.example.com/";
const mirrors = { "docker.io/": `${MIRROR}docker/`, "quay.io/": `${MIRROR}quay/`, "quay.io/team/": `${MIRROR}team/` };
const digest = `sha256:${"a".repeat(64)}`;

it.each<[image: string | undefined, expected: string | undefined]>([
  ["nginx", `${MIRROR}docker/library/nginx`],
  ["nginx:1.27", `${MIRROR}docker/library/nginx:1.27`],
  [`nginx:1.27@${digest}`, `${MIRROR}docker/library/nginx:1.27@${digest}`],
  ["grafana/loki:3", `${MIRROR}docker/grafana/loki:3`],
  ["docker.io/library/nginx", `${MIRROR}docker/library/nginx`],
  ["index.docker.io/nginx", `${MIRROR}docker/library/nginx`],
  ["quay.io/org/web:1", `${MIRROR}quay/org/web:1`],
  ["quay.io/team/web:1", `${MIRROR}team/web:1`],
  ["quay.io/teams/web:1", `${MIRROR}quay/teams/web:1`],
  ["quay.io.example.com/web:1", "quay.io.example.com/web:1"],
  ["ghcr.io/org/web:1", "ghcr.io/org/web:1"],
  [`${MIRROR}docker/library/nginx:1`, `${MIRROR}docker/library/nginx:1`],
  [`${MIRROR}other/nginx:1`, `${MIRROR}other/nginx:1`],
  ["nginx:", "nginx:"],
  ["sha256:0badc0ffee", "sha256:0badc0ffee"],
  ["ng inx", "ng inx"],
  ["", ""],
  [undefined, undefined],
  ["exempt/web:1", "exempt/web:1"],
])("rewriteImageRegistry rewrites %s to %s", async (image, expected) => {
  const policy = rewriteImageRegistry({ mirrors, exemptImages: ["exempt/*"] });
  const result = await applyMutators(policy, podReview({ containers: [{ name: "web", image }] }));
  expect(result.spec.containers).toEqual([{ name: "web", ...(image === undefined ? {} : { image: expected }) }]);
});

it.each<[what: string, mirrors: Options["mirrors"], image: string, expected: string]>([
  ["a mirror below its own registry", { "docker.io/": "docker.io/cache/" }, "nginx", "docker.io/cache/library/nginx"],
  ["a mirror without its registry", { "quay.io/": "cache/" }, "quay.io/web", "cache/web"],
  ["a mirror that is all of Docker Hub", { "quay.io/": "docker.io/" }, "quay.io/web", "docker.io/web"],
  ["a prefix in the library", { "docker.io/library/": "a.example.com/" }, "nginx", "a.example.com/nginx"],
  ["a prefix in the library, for another image", { "docker.io/library/": "a.example.com/" }, "org/web", "org/web"],
])("rewriteImageRegistry knows %s", async (_what, given, image, expected) => {
  const policy = rewriteImageRegistry({ mirrors: given });
  const result = await applyMutators(policy, podReview({ containers: [{ name: "web", image }] }));
  expect(result.spec.containers[0].image).toBe(expected);
});

const web = { name: "web", image: "nginx" };
const mirroredWeb = { name: "web", image: `${MIRROR}docker/library/nginx` };
const debug = { name: "debug", image: "busybox" };

it.each<[what: string, review: Review, spec: object]>([
  [
    "init containers and image volumes",
    podReview({
      initContainers: [{ ...web, name: "init" }],
      containers: [],
      volumes: [
        { name: "models", image: { reference: "nginx" } },
        { name: "tmp", emptyDir: {} },
      ],
    }),
    {
      initContainers: [{ ...mirroredWeb, name: "init" }],
      containers: [],
      volumes: [
        { name: "models", image: { reference: mirroredWeb.image } },
        { name: "tmp", emptyDir: {} },
      ],
    },
  ],
  ["no image of a Pod from before", podUpdate({ containers: [web] }, { containers: [web] }), { containers: [web] }],
  [
    "a new image of a Pod from before",
    podUpdate({ containers: [{ ...web, image: "nginx:1" }] }, { containers: [web] }),
    { containers: [mirroredWeb] },
  ],
  [
    "only new ephemeral containers",
    podUpdate(
      { containers: [web], ephemeralContainers: [debug] },
      { containers: [web], ephemeralContainers: [debug, { ...web, name: "new" }] },
      "ephemeralcontainers",
    ),
    { containers: [web], ephemeralContainers: [debug, { ...mirroredWeb, name: "new" }] },
  ],
])("rewriteImageRegistry rewrites %s", async (_what, review, spec) => {
  expect((await applyMutators(rewriteImageRegistry({ mirrors }), review)).spec).toEqual(spec);
});

const spec = { containers: [web] };
it.each<[what: string, podTemplates: boolean, review: Review, count: number]>([
  ["no Pod template without the option", false, deploymentReview({ spec }), 0],
  ["a new Pod template", true, deploymentReview({ spec }), 1],
  ["no unchanged Pod template", true, deploymentReview({ spec }, { spec }), 0],
  ["a changed Pod template", true, deploymentReview({ spec }, { spec: { containers: [mirroredWeb] } }), 1],
])("rewriteImageRegistry rewrites %s", async (_what, podTemplates, review, count) => {
  const verdict = await judge(rewriteImageRegistry({ mirrors, podTemplates }), review, "mutate");
  expect(verdict).toMatchObject({ patch: { length: count } });
  expect(verdict.auditAnnotations).toEqual({});
});

it.each<[what: string, mirrors: unknown, message: string]>([
  ["no mirrors", undefined, "options.mirrors is missing"],
  ["an empty map", {}, "options.mirrors has no prefix"],
  [
    "a prefix without a slash",
    { "docker.io": "a.example.com/" },
    "options.mirrors.docker.io is not a registry or repository that ends with /",
  ],
  ["a prefix with a star", { "*/": "a.example.com/" }, "options.mirrors.*/ is not a registry or repository"],
  ["a mirror without a slash", { "docker.io/": "a.example.com" }, "is not a registry or repository that ends with /"],
  ["a prefix without its registry", { "library/": "a.example.com/" }, "has a prefix without its registry"],
  ["the other name of Docker Hub", { "index.docker.io/": "a.example.com/" }, "has a prefix without its registry"],
  [
    "a prefix that is of a mirror",
    { "docker.io/": "a.example.com/", "a.example.com/b/": "b.example.com/" },
    "has a prefix that is of a mirror",
  ],
])("rewriteImageRegistry refuses %s", (_what, given, message) => {
  const define = (): unknown => rewriteImageRegistry({ mirrors: given } as Options);
  expect(define).toThrow(PolicyDefinitionError);
  expect(define).toThrow(message);
});
