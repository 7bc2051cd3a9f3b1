import { expect } from "vitest";
import { podOf } from "../TestNamespace.ts";
import { conversionObservations } from "./conversionObservations.ts";
import { mutatingObservations } from "./mutatingObservations.ts";
import { callOf, callsOf, type Observation } from "./Observation.ts";
import { decoded, sizeObservations } from "./sizeObservations.ts";
import { transportObservations } from "./transportObservations.ts";

const DRY = { query: { dryRun: "All" } };
const TEXT = expect.any(String);

/**
 * All observations, in the order of the table in README.md. Each makes its own calls, because tests run in any order.
 */
export const observations: readonly Observation[] = [
  ...transportObservations,
  ...sizeObservations,
  ...mutatingObservations,
  ...conversionObservations,
  {
    seen: "an AdmissionReview has `kind`, `apiVersion` and `request`; the request has `uid, kind, resource, requestKind, requestResource, name, namespace, operation, userInfo, object, oldObject, dryRun, options`, and for a subresource also `subResource, requestSubResource`",
    assumed:
      "`src/protocol/review/admissionReviewSchema.ts`: `subResource`, `requestSubResource` and others are optional, and unknown members are ignored",
    check: async (scene) => {
      const { review } = await callOf(scene, () => scene.ns.createPod("fields", {}, DRY));
      expect(Object.keys(review).sort()).toEqual(["apiVersion", "kind", "request"]);
      expect(Object.keys(review.request).sort()).toEqual(
        "dryRun kind name namespace object oldObject operation options requestKind requestResource resource uid userInfo".split(
          " ",
        ),
      );
      expect(decoded(review)).toMatchObject({
        subresource: "",
        requestSubresource: "",
        dryRun: true,
        operation: "CREATE",
      });
    },
  },
  {
    seen: "v1beta1 reviews differ from v1 only in `apiVersion`; a webhook that accepts both gets v1",
    assumed: "`decodeAdmissionReview` has one schema and one `Review` for both",
    check: async (scene) => {
      const before = scene.remote.calls.length;
      await scene.ns.createPod("versions", {}, DRY);
      const calls = scene.remote.calls.slice(before);
      expect(calls.map(({ review }) => review.apiVersion).sort()).toEqual([
        "admission.k8s.io/v1",
        "admission.k8s.io/v1beta1",
      ]);
      const [one, other] = calls.map(({ review }) => ({ ...decoded(review), version: "", uid: "" }));
      expect(one).toEqual(other);
    },
  },
  {
    seen: "`uid` is a different UUID for each webhook and call",
    assumed: "`encodeAdmissionReview` returns the uid of the request",
    check: async (scene) => {
      const before = scene.remote.calls.length;
      await scene.ns.createPod("uids", {}, DRY);
      const uids = scene.remote.calls.slice(before).map(({ review }) => review.request.uid);
      for (const uid of uids) expect(uid).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      expect(new Set(uids).size).toBe(uids.length);
    },
  },
  {
    seen: "on CREATE, `oldObject` is null; with generateName, validating webhooks get the generated name",
    assumed: "`Review.name` may be empty; policies must not rely on it",
    check: async (scene) => {
      const { review } = await callOf(scene, () =>
        scene.ns.cluster.api.create(scene.ns.path("configmaps"), { metadata: { generateName: "made-" } }, DRY),
      );
      expect(decoded(review)).toMatchObject({
        operation: "CREATE",
        oldObject: null,
        options: { kind: "CreateOptions" },
      });
      expect(review.request.name).toMatch(/^made-.{5}$/);
    },
  },
  {
    seen: "on UPDATE, also by a patch, both objects are complete, and `options` is an UpdateOptions",
    assumed: "`Review.object` and `oldObject`",
    check: async (scene) => {
      await scene.ns.createConfigMap("updated", { a: "1" });
      const { review } = await callOf(scene, () =>
        scene.ns.cluster.api.merge(scene.ns.path("configmaps", "updated"), { data: { b: "2" } }),
      );
      expect(decoded(review)).toMatchObject({
        operation: "UPDATE",
        object: { data: { a: "1", b: "2" } },
        oldObject: { data: { a: "1" } },
        options: { kind: "UpdateOptions" },
      });
    },
  },
  {
    seen: "on DELETE, validating webhooks get `object` null and `oldObject` set",
    assumed: "`Review.object` may be null, which the types of policies on DELETE include",
    check: async (scene) => {
      await scene.ns.createConfigMap("deleted", {});
      const { review } = await callOf(scene, () => scene.ns.cluster.api.delete(scene.ns.path("configmaps", "deleted")));
      expect(decoded(review)).toMatchObject({
        operation: "DELETE",
        object: null,
        oldObject: { metadata: { name: "deleted" } },
        options: { kind: "DeleteOptions" },
      });
    },
  },
  {
    seen: "the deletion of a collection results in one DELETE review for each object, **without a name**: only `oldObject` has the name",
    assumed:
      "`decodeAdmissionReview` takes `Review.name` from `oldObject`; otherwise this request would bypass policies that check names",
    check: async (scene) => {
      for (const name of ["many-1", "many-2"])
        await scene.ns.cluster.api.create(scene.ns.path("secrets"), { metadata: { name, labels: { many: "yes" } } });
      const calls = await callsOf(scene, () =>
        scene.ns.cluster.api.delete(scene.ns.path("secrets"), { query: { labelSelector: "many=yes" } }),
      );
      expect(calls.map(({ review }) => review.request.name)).toEqual([undefined, undefined]);
      expect(calls.map(({ review }) => `${decoded(review).operation} ${decoded(review).name}`).sort()).toEqual([
        "DELETE many-1",
        "DELETE many-2",
      ]);
    },
  },
  {
    seen: "`pods/exec` is a CONNECT; `object` is a PodExecOptions without metadata, and `oldObject` and `options` are null",
    assumed: "`Review.object` on CONNECT, which no label selector matches",
    check: async (scene) => {
      await scene.ns.createPod("execed", { spec: { schedulerName: "nobody" } });
      const { review } = await callOf(scene, () =>
        scene.ns.cluster.api.get(scene.ns.path("pods", "execed", "exec"), {
          query: { command: "ls", container: "app" },
        }),
      );
      expect(decoded(review)).toMatchObject({
        operation: "CONNECT",
        subresource: "exec",
        name: "execed",
        kind: { group: "", version: "v1", kind: "PodExecOptions" },
        object: { kind: "PodExecOptions", command: ["ls"], container: "app" },
        oldObject: null,
        options: null,
      });
      expect(review.request.object.metadata).toBeUndefined();
    },
  },
  {
    seen: "`deployments/scale` is an UPDATE of an autoscaling/v1 Scale, without a Pod template",
    assumed: "`ResourceTypes`: `deployments/scale` is a Scale",
    check: async (scene) => {
      const template = { metadata: { labels: { app: "scaled" } }, spec: podOf("x", {}).spec };
      const spec = { replicas: 0, selector: { matchLabels: { app: "scaled" } }, template };
      const path = scene.ns.path("apps/v1", "deployments");
      await scene.ns.cluster.api.create(path, { metadata: { name: "scaled" }, spec });
      const calls = await callsOf(scene, () =>
        scene.ns.cluster.api.merge(`${path}/scaled/scale`, { spec: { replicas: 1 } }, DRY),
      );
      const scales = calls.filter(({ review }) => review.request.subResource === "scale");
      expect(scales.map(({ review }) => decoded(review))).toMatchObject([
        {
          kind: { group: "autoscaling", version: "v1", kind: "Scale" },
          object: { kind: "Scale", spec: { replicas: 1 } },
        },
      ]);
    },
  },
  {
    seen: "`pods/eviction` is a CREATE of a policy/v1 Eviction, and `pods/binding` is a CREATE of a Binding",
    assumed: "`ResourceTypes`",
    check: async (scene) => {
      await scene.ns.createPod("placed", { spec: { schedulerName: "nobody" } });
      const eviction = await callsOf(scene, () =>
        scene.ns.cluster.api.create(scene.ns.path("pods", "placed", "eviction"), {
          apiVersion: "policy/v1",
          kind: "Eviction",
          metadata: { name: "placed" },
          deleteOptions: { dryRun: ["All"] },
        }),
      );
      expect(eviction.map(({ review }) => decoded(review))).toContainEqual(
        expect.objectContaining({
          operation: "CREATE",
          subresource: "eviction",
          name: "placed",
          kind: { group: "policy", version: "v1", kind: "Eviction" },
        }),
      );
      const target = { apiVersion: "v1", kind: "Node", name: "somewhere" };
      const binding = await callsOf(scene, () =>
        scene.ns.cluster.api.create(
          scene.ns.path("pods", "placed", "binding"),
          { metadata: { name: "placed" }, target },
          DRY,
        ),
      );
      expect(binding.map(({ review }) => decoded(review))).toContainEqual(
        expect.objectContaining({
          operation: "CREATE",
          subresource: "binding",
          name: "placed",
          object: expect.objectContaining({ kind: "Binding", target }),
        }),
      );
    },
  },
  {
    seen: "`pods/ephemeralcontainers` is an UPDATE with complete Pods",
    assumed: "`policyTargets`: validators on pods also run for this subresource",
    check: async (scene) => {
      await scene.ns.createPod("debugged", { spec: { schedulerName: "nobody" } });
      const body = { spec: { ephemeralContainers: [{ name: "debug", image: "registry.example.com/debug:1" }] } };
      const { review } = await callOf(scene, () =>
        scene.ns.cluster.api.call("PATCH", scene.ns.path("pods", "debugged", "ephemeralcontainers"), {
          contentType: "application/strategic-merge-patch+json",
          body,
        }),
      );
      expect(decoded(review)).toMatchObject({
        operation: "UPDATE",
        subresource: "ephemeralcontainers",
        object: { kind: "Pod", spec: { containers: [{ name: "app" }], ...body.spec } },
        oldObject: { kind: "Pod" },
      });
    },
  },
  {
    seen: "the review of a Namespace has its own name as `namespace`; a namespaceSelector matches its own labels",
    assumed: "`PolicyIndex.find` treats a Namespace as cluster-scoped",
    check: async (scene) => {
      const { review } = await callOf(scene, () =>
        scene.ns.cluster.api.create(
          "/api/v1/namespaces",
          { metadata: { name: "seen-new", labels: { "postern.dev/suite": "seen" } } },
          DRY,
        ),
      );
      expect(decoded(review)).toMatchObject({
        name: "seen-new",
        namespace: "seen-new",
        resource: { resource: "namespaces" },
      });
    },
  },
  {
    seen: "cluster-scoped objects have no `namespace` and match every namespaceSelector",
    assumed: "`Review.namespace` is empty; registrations exclude cluster-scoped objects with matchConditions",
    check: async (scene) => {
      const { review } = await callOf(
        scene,
        () =>
          scene.ns.cluster.api.create(
            "/apis/rbac.authorization.k8s.io/v1/clusterroles",
            { metadata: { name: "seen-role" } },
            DRY,
          ),
        ({ review }) => review.request.name === "seen-role",
      );
      expect(review.request.namespace).toBeUndefined();
      expect(decoded(review).namespace).toBe("");
    },
  },
  {
    seen: "`userInfo` has username and groups, and for some users uid and extra; with impersonation it is the impersonated user",
    assumed: "`Review.user`: missing fields are empty",
    check: async (scene) => {
      const { review } = await callOf(scene, () => scene.ns.createConfigMap("asked", {}, DRY));
      expect(review.request.userInfo).toMatchObject({
        username: "test-admin",
        groups: expect.arrayContaining(["system:masters", "system:authenticated"]),
      });
      expect(decoded(review).user).toEqual({
        username: "test-admin",
        groups: expect.any(Array),
        uid: TEXT,
        extra: expect.any(Object),
      });
    },
  },
  {
    seen: "`dryRun` is true for a dry run and false otherwise, and never missing",
    assumed: "`Review.dryRun` is false when the field is missing",
    check: async (scene) => {
      const wet = await callOf(scene, () => scene.ns.createConfigMap("wet", {}));
      const dry = await callOf(scene, () => scene.ns.createConfigMap("dry", {}, DRY));
      expect([wet.review.request.dryRun, dry.review.request.dryRun]).toEqual([false, true]);
    },
  },
];
