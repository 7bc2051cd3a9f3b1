import { expect } from "vitest";
import { decodeAdmissionReview } from "../../../src/protocol/review/decodeAdmissionReview.ts";
import type { Review } from "../../../src/protocol/review/Review.ts";
import type { KubeObject } from "../ClusterApi.ts";
import { podOf } from "../TestNamespace.ts";
import { callOf, type Observation } from "./Observation.ts";

const DRY = { query: { dryRun: "All" } };
const MIB = 1024 * 1024;

/** Decodes a review as the gate does. Throws for a review that does not decode. */
export function decoded(review: KubeObject): Review {
  const result = decodeAdmissionReview(review);
  if (!result.ok) throw new Error(JSON.stringify(result));
  return result.value;
}

const withVariable = (name: string, value: string): KubeObject =>
  podOf(name, {
    spec: { containers: [{ name: "app", image: "registry.example.com/app:1", env: [{ name: "V", value }] }] },
  });

/** Observations of the size of reviews. */
export const sizeObservations: readonly Observation[] = [
  {
    seen: "a review of a small Pod has less than 8 KiB",
    assumed: "`src/protocol/review/peekReview.ts` finds the uid in the first 4 KiB",
    check: async (scene) => {
      const { size, text } = await callOf(scene, () => scene.ns.createPod("small", {}, DRY));
      expect(size).toBeLessThan(8 * 1024);
      expect(text.slice(0, 4096)).toMatch(
        /^\{"kind":"AdmissionReview","apiVersion":"admission\.k8s\.io\/v1","request":\{"uid":"/,
      );
    },
  },
  {
    seen: "`<`, `>` and `&` are sent as six bytes each (`\\u003c`), and so are U+2028 and U+2029; other non-ASCII characters are sent as UTF-8",
    assumed: "body limits: the review of a 1.2 MiB object can have 7.5 MB, and twice that for an update",
    check: async (scene) => {
      const { text, review } = await callOf(scene, () =>
        scene.ns.cluster.api.create(scene.ns.path("pods"), withVariable("escaped", "<>&\u2028é🚪"), DRY),
      );
      expect(text).toContain('"value":"\\u003c\\u003e\\u0026\\u2028é🚪"');
      expect(review.request.object.spec.containers[0].env[0].value).toBe("<>&\u2028é🚪");
    },
  },
  {
    seen: "requests of up to 3 MiB are passed to webhooks, so a review of one object can have 18 MB",
    assumed: "`GateLimits.bodyBytes` is 20 MiB on Node",
    check: async (scene) => {
      const bytes = 3 * MIB - 2048;
      const { size } = await callOf(scene, () =>
        scene.ns.cluster.api.create(scene.ns.path("pods"), withVariable("largest", "<".repeat(bytes)), DRY),
      );
      expect(size).toBeGreaterThan(6 * bytes);
      expect(size).toBeLessThan(20 * MIB);
      const { status } = await scene.ns.cluster.api.create(
        scene.ns.path("pods"),
        withVariable("larger", "<".repeat(3 * MIB)),
        DRY,
      );
      expect(status).toBe(413);
    },
  },
];
