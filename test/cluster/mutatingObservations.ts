import { expect } from "vitest";
import { eventually } from "../run/eventually.ts";
import type { Observation, Scene } from "./Observation.ts";
import { type RecordedCall, RecordingWebhook } from "./RecordingWebhook.ts";
import { decoded } from "./sizeObservations.ts";

const CONFIGURATIONS = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations";
const DRY = { query: { dryRun: "All" } };

/** What mutating webhooks are sent that validating ones are not, or the other way round. */
export const mutatingObservations: readonly Observation[] = [
  {
    seen: "a mutating webhook gets DELETE too, with `object` null and `oldObject` set, as a validating one",
    assumed: "a mutator has nothing to change there: the gate answers without a patch",
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
    seen: "on CREATE it gets the object before the server has set uid and creationTimestamp, and the validating one after",
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
    seen: "with generateName, a mutating webhook gets no name at all, in the request or in the object",
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
  // A recorder of its own: a registration is called for a moment after it was deleted, when others count their calls.
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
        // It is called for a moment after its recorder has ended.
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
