import { expect } from "vitest";
import { conversionObservations } from "./conversionObservations.ts";
import { mutatingObservations } from "./mutatingObservations.ts";
import { callOf, callsOf, type Observation } from "./Observation.ts";
import { decoded, sizeObservations } from "./sizeObservations.ts";
import { podOf } from "./TestNamespace.ts";
import { transportObservations } from "./transportObservations.ts";

const DRY = { query: { dryRun: "All" } };
const TEXT = expect.any(String);

/** Everything that is said in README.md of what the API server sends. Tests of a suite may run in any order: each makes its own calls. */
export const observations: readonly Observation[] = [
  ...transportObservations,
  ...sizeObservations,
  ...mutatingObservations,
  ...conversionObservations,
  {
    seen: "an AdmissionReview has `kind`, `apiVersion` and `request`, and a request these members: uid, kind, resource, requestKind, requestResource, name, namespace, operation, userInfo, object, oldObject, dryRun, options; subResource and requestSubResource only for a subresource",
    assumed:
      "`src/protocol/review/admissionReviewSchema.ts`: subResource, requestSubResource and more may be absent; unknown members are ignored",
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
    seen: "v1beta1 reviews differ from v1 in `apiVersion` alone; a webhook that takes both gets v1",
    assumed: "`decodeAdmissionReview`: one schema, one `Review` for both",
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
    seen: "`uid` is a UUID of its own for each webhook and call",
    assumed: "`encodeAdmissionReview` repeats it",
    check: async (scene) => {
      const before = scene.remote.calls.length;
      await scene.ns.createPod("uids", {}, DRY);
      const uids = scene.remote.calls.slice(before).map(({ review }) => review.request.uid);
      for (const uid of uids) expect(uid).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      expect(new Set(uids).size).toBe(uids.length);
    },
  },
  {
    seen: "CREATE has `oldObject` null; with generateName, a validating webhook sees the name that the server made",
    assumed: "`Review.name` may be empty, and no policy may rely on it",
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
    seen: "UPDATE has both objects, whole, and UpdateOptions, for a patch too",
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
    seen: "DELETE has `object` null and `oldObject` set for a validating webhook",
    assumed: "`Review.object` may be null; policies on DELETE are typed so",
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
    seen: "a collection is deleted by one DELETE review for each object, **without a name**: only `oldObject` has it",
    assumed:
      "`decodeAdmissionReview`: `Review.name` is then that of `oldObject`, or a policy that goes by names could be passed by",
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
    seen: "`pods/exec` is CONNECT: `object` is a PodExecOptions without metadata, `oldObject` and `options` are null",
    assumed: "`Review.object` on CONNECT, which no label selector holds for",
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
    seen: "`deployments/scale` UPDATE carries an autoscaling/v1 Scale, no Pod template",
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
    seen: "`pods/eviction` is CREATE of a policy/v1 Eviction, `pods/binding` is CREATE of a Binding",
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
    seen: "`pods/ephemeralcontainers` UPDATE carries whole Pods",
    assumed: "`policyTargets`: a validator on pods is shown this subresource too",
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
    seen: "a Namespace's review has its own name as `namespace`, and is called for by its own labels",
    assumed: "`PolicyIndex.find`: a Namespace is cluster-scoped all the same",
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
    seen: "cluster-scoped objects have no `namespace` and pass every namespaceSelector",
    assumed: "`Review.namespace` is empty; registrations shield cluster-scoped objects by matchConditions instead",
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
    seen: "`userInfo` has username, groups, and for some users uid and extra; an impersonated user is the one who counts",
    assumed: "`Review.user`: absent parts are empty",
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
    seen: "`dryRun` is true on a dry run and false otherwise, never absent",
    assumed: "`Review.dryRun`; absent would be false",
    check: async (scene) => {
      const wet = await callOf(scene, () => scene.ns.createConfigMap("wet", {}));
      const dry = await callOf(scene, () => scene.ns.createConfigMap("dry", {}, DRY));
      expect([wet.review.request.dryRun, dry.review.request.dryRun]).toEqual([false, true]);
    },
  },
];
