import { expect } from "vitest";
import { decodeConversionReview } from "../../../src/protocol/review/decodeConversionReview.ts";
import { eventually } from "../../run/eventually.ts";
import type { Observation } from "./Observation.ts";
import { RecordingWebhook } from "./RecordingWebhook.ts";

const CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const GROUP = "seen.postern.dev";

/** Observations of conversion webhooks. */
export const conversionObservations: readonly Observation[] = [
  {
    seen: "a ConversionReview has `uid`, `desiredAPIVersion` and `objects`, contains only objects of another version, and is posted with `?timeout=30s`; the API server also converts objects for its own watches, one by one, before a client reads them",
    assumed: "`src/protocol/review/conversionReviewSchema.ts`, `decodeConversionReview`",
    check: async ({ ns }) => {
      const { api } = ns.cluster;
      // With its own recorder: the API server sends conversions for a short time after the deletion of the definition.
      const recorder = await RecordingWebhook.start("localhost");
      const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
      const clientConfig = {
        url: `${recorder.url}/c/seen/convert`,
        caBundle: Buffer.from(recorder.ca).toString("base64"),
      };
      const made = await api.create(CRDS, {
        metadata: { name: `things.${GROUP}` },
        spec: {
          group: GROUP,
          scope: "Namespaced",
          names: { plural: "things", kind: "Thing" },
          versions: ["v1", "v2"].map((name) => ({ name, served: true, storage: name === "v1", schema })),
          conversion: { strategy: "Webhook", webhook: { clientConfig, conversionReviewVersions: ["v1", "v1beta1"] } },
        },
      });
      expect(made.status).toBe(201);
      try {
        const path = (version: string): string => `/apis/${GROUP}/${version}/namespaces/${ns.name}/things`;
        for (const name of ["one", "two"])
          await eventually("the custom resource to be served", async () => {
            const thing = { apiVersion: `${GROUP}/v1`, kind: "Thing", metadata: { name } };
            return (await api.create(path("v1"), thing)).status === 201 ? true : undefined;
          });
        expect((await api.get(path("v2"))).body.items).toHaveLength(2);
        const calls = recorder.calls.filter(({ url }) => url.startsWith("/c/seen/convert"));
        const asked = calls.filter(({ review }) => review.request.desiredAPIVersion === `${GROUP}/v2`);
        expect(asked.length).toBeGreaterThan(0);
        for (const { url, review } of asked) {
          expect(url).toBe("/c/seen/convert?timeout=30s");
          expect(review).toMatchObject({ apiVersion: "apiextensions.k8s.io/v1", kind: "ConversionReview" });
          expect(Object.keys(review.request).sort()).toEqual(["desiredAPIVersion", "objects", "uid"]);
          const result = decodeConversionReview(review);
          if (!result.ok) throw new Error(JSON.stringify(result));
          expect(result.value.desiredApiVersion).toBe(`${GROUP}/v2`);
          for (const object of result.value.objects) expect(object.apiVersion).toBe(`${GROUP}/v1`);
        }
      } finally {
        await api.delete(`${CRDS}/things.${GROUP}`);
        await recorder.stop();
      }
    },
  },
];
