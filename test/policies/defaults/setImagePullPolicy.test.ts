import { expect, it } from "vitest";
import { setImagePullPolicy } from "../../../src/policies/defaults/setImagePullPolicy.ts";
import type { Review } from "../../../src/protocol/review/Review.ts";
import { applyMutators } from "../applyMutators.ts";
import { judge } from "../judge.ts";
import { deploymentReview, podReview, podUpdate } from "./podReview.ts";

/** `toMatchObject` would accept any annotations for an empty object. */
const NONE = expect.toSatisfy((it: object) => Object.keys(it).length === 0);
const web = { name: "web", image: "web:1", imagePullPolicy: "IfNotPresent" };
const init = { name: "init", image: "registry.example.com/init:1", imagePullPolicy: "IfNotPresent" };
const debug = { name: "debug", image: "busybox", imagePullPolicy: "IfNotPresent" };
const always = (container: object): object => ({ ...container, imagePullPolicy: "Always" });

it.each<[what: string, options: Parameters<typeof setImagePullPolicy>[0], review: Review, spec: object]>([
  [
    "containers and init containers",
    {},
    podReview({ initContainers: [init], containers: [web] }),
    { initContainers: [always(init)], containers: [always(web)] },
  ],
  [
    "another policy",
    { pullPolicy: "Never" },
    podReview({ containers: [web] }),
    { containers: [{ ...web, imagePullPolicy: "Never" }] },
  ],
  [
    "only some images",
    { images: ["registry.example.com/*"] },
    podReview({ initContainers: [init], containers: [web] }),
    { initContainers: [always(init)], containers: [web] },
  ],
  [
    "not exempt images",
    { exemptImages: ["web:*"] },
    podReview({ initContainers: [init], containers: [web] }),
    { initContainers: [always(init)], containers: [web] },
  ],
  [
    "an absent pull policy",
    {},
    podReview({ containers: [{ name: "web" }] }),
    { containers: [always({ name: "web" })] },
  ],
  [
    "image volumes, but not those with exempt images",
    { exemptImages: ["models/public:*"] },
    podReview({
      containers: [web],
      volumes: [
        { name: "a", image: { reference: "models/a:1", pullPolicy: "IfNotPresent" } },
        { name: "b", image: { reference: "models/public:1", pullPolicy: "IfNotPresent" } },
        { name: "c", emptyDir: {} },
      ],
    }),
    {
      containers: [always(web)],
      volumes: [
        { name: "a", image: { reference: "models/a:1", pullPolicy: "Always" } },
        { name: "b", image: { reference: "models/public:1", pullPolicy: "IfNotPresent" } },
        { name: "c", emptyDir: {} },
      ],
    },
  ],
  ["nothing in a Pod from before", {}, podUpdate({ containers: [web] }, { containers: [web] }), { containers: [web] }],
  [
    "a new ephemeral container, and not one from before",
    {},
    podUpdate(
      { containers: [web], ephemeralContainers: [debug] },
      { containers: [web], ephemeralContainers: [debug, { ...debug, name: "other" }] },
      "ephemeralcontainers",
    ),
    { containers: [web], ephemeralContainers: [debug, always({ ...debug, name: "other" })] },
  ],
])("setImagePullPolicy sets %s", async (_what, options, review, spec) => {
  expect(await applyMutators(setImagePullPolicy(options), review)).toEqual({ ...review.object, spec });
});

it("setImagePullPolicy adds no annotation for what cannot be changed", async () => {
  const spec = { containers: [web], ephemeralContainers: [debug] };
  const verdict = await judge(setImagePullPolicy(), podUpdate(spec, spec, "ephemeralcontainers"), "mutate");
  expect(verdict).toMatchObject({ patch: [], auditAnnotations: NONE });
});

it.each<[podTemplates: boolean, count: number]>([
  [false, 0],
  [true, 1],
])("setImagePullPolicy with podTemplates %j makes %i changes of a new Deployment", async (podTemplates, count) => {
  const review = deploymentReview({ spec: { containers: [web] } });
  const verdict = await judge(setImagePullPolicy({ podTemplates }), review, "mutate");
  expect(verdict).toMatchObject({ patch: { length: count } });
});

it("setImagePullPolicy leaves the template of a Deployment from before alone", async () => {
  const template = { spec: { containers: [web] } };
  const verdict = await judge(
    setImagePullPolicy({ podTemplates: true }),
    deploymentReview(template, template),
    "mutate",
  );
  expect(verdict).toMatchObject({ patch: [] });
});
