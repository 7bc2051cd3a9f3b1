import { expect } from "vitest";
import { eventually } from "../../run/eventually.ts";
import type { Observation, Scene } from "./Observation.ts";
import { type RecordedCall, RecordingWebhook } from "./RecordingWebhook.ts";
import { decoded } from "./sizeObservations.ts";

const CONFIGURATIONS = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations";
const DRY = { query: { dryRun: "All" } };

/** Observations of differences between mutating and validating webhooks. */
export const mutatingObservations: readonly Observation[] = [
  {
    seen: "mutating webhooks are also called for DELETE, with `object` null and `oldObject` set",
    assumed: "the gate answers a DELETE without a patch",
    check: (scene) =>
      withMutating(scene, "seen-delete", async (calls) => {
        await scene.ns.createConfigMap("mutating-delete", {});
        await scene.ns.cluster.api.delete(scene.ns.path("configmaps", "mutating-delete"));
        const reviews = calls().map(({ review }) => review);
        const deletes = reviews.filter(({ request }) => request.operation === "DELETE").map(decoded);
        expect(deletes).toMatchObject([{ object: null, oldObject: { kind: "ConfigMap" }, name: "mutating-delete" }]);
      }),
  },
  {
    seen: "on CREATE, mutating webhooks get objects without uid and creationTimestamp, and validating webhooks get them with both",
    assumed: "mutators rely on neither",
    check: (scene) =>
      withMutating(scene, "seen-create", async (calls) => {
        const before = scene.remote.calls.length;
        await scene.ns.createConfigMap("mutating-create", {}, DRY);
        const [mutating] = calls().filter(({ review }) => review.request.name === "mutating-create");
        const validating = scene.remote.calls
          .slice(before)
          .find(({ url, review }) => url.startsWith("/c/seen/validate") && review.request.name === "mutating-create");
        const sets = (call: RecordedCall | undefined): boolean[] =>
          ["uid", "creationTimestamp"].map((key) => call?.review.request.object.metadata[key] !== undefined);
        expect([sets(mutating), sets(validating)]).toEqual([
          [false, false],
          [true, true],
        ]);
      }),
  },
  {
    seen: "with generateName, mutating webhooks get no name, neither in the request nor in the object",
    assumed: "`Review.name` may be empty; `namespaces.include` does not match a Namespace without a name",
    check: (scene) =>
      withMutating(scene, "seen-generated", async (calls) => {
        const before = calls().length;
        await scene.ns.cluster.api.create(scene.ns.path("configmaps"), { metadata: { generateName: "made-" } }, DRY);
        const [call] = calls().slice(before);
        expect(call?.review.request.object.metadata.generateName).toBe("made-");
        expect([call?.review.request.name, call?.review.request.object.metadata.name]).toEqual([undefined, undefined]);
      }),
  },
];

async function withMutating(
  { ns }: Scene,
  name: string,
  act: (calls: () => readonly RecordedCall[]) => Promise<void>,
): Promise<void> {
  // With its own recorder: a deleted registration is still called for a short time, which other observations must not count.
  const recorder = await RecordingWebhook.start("localhost");
  const calls = (): readonly RecordedCall[] => recorder.calls;
  const { status, body } = await ns.cluster.api.create(CONFIGURATIONS, {
    metadata: { name },
    webhooks: [
      {
        name: `${name}.seen.postern.dev`,
        clientConfig: { url: `${recorder.url}/mutate`, caBundle: Buffer.from(recorder.ca).toString("base64") },
        rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE", "DELETE"], resources: ["configmaps"] }],
        namespaceSelector: { matchLabels: { "postern.dev/suite": "seen" } },
        // The API server calls the webhook for a short time after its recorder has stopped.
        failurePolicy: "Ignore",
        sideEffects: "None",
        admissionReviewVersions: ["v1"],
      },
    ],
  });
  if (status !== 201) throw new Error(body.message);
  try {
    await eventually("the mutating recorder to be called", async () => {
      await ns.createConfigMap("mutating-probe", {}, DRY);
      return calls().length > 0 ? true : undefined;
    });
    await act(calls);
  } finally {
    await ns.cluster.api.delete(`${CONFIGURATIONS}/${name}`);
    await recorder.stop();
  }
}
