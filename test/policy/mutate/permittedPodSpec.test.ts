import { expect, it } from "vitest";
import type { Loose } from "../../policies/reviewFrom.ts";
import { changing, mutateObject, reviewOf } from "./mutateObject.ts";

const containers = [
  { name: "a", image: "a:1" },
  { name: "b", image: "b:1", resources: { requests: { cpu: "1" } } },
];
const spec = {
  containers,
  initContainers: [{ name: "i", image: "i:1" }],
  tolerations: [{ key: "a", operator: "Exists", tolerationSeconds: 300 }],
  activeDeadlineSeconds: 100,
  terminationGracePeriodSeconds: 30,
};
const gated = { ...spec, schedulingGates: [{ name: "g" }], nodeSelector: { a: "b" } };

const left = async (before: object, change: (spec: Loose) => unknown, subresource = "") => {
  const pod = { metadata: { name: "p" }, spec: before };
  const review = reviewOf(["v1", "Pod", "pods"], pod, pod, subresource);
  const result = await mutateObject(
    review,
    changing((draft) => change(draft.spec)),
  );
  return { spec: result.object.spec, left: result.left?.replaceAll(" (immutable)", "") };
};

it.each<[what: string, before: object, change: (spec: Loose) => unknown]>([
  ["the image of a container", spec, ({ containers: [first] }) => Object.assign(first, { image: "a:2" })],
  ["the image of an init container", spec, ({ initContainers: [first] }) => Object.assign(first, { image: "i:2" })],
  ["an added toleration", spec, ({ tolerations }) => void tolerations.unshift({ key: "b", operator: "Exists" })],
  ["other tolerationSeconds", spec, ({ tolerations: [first] }) => Object.assign(first, { tolerationSeconds: 10 })],
  ["an earlier deadline", spec, (it) => Object.assign(it, { activeDeadlineSeconds: 50 })],
  ["a first deadline", { containers }, (it) => Object.assign(it, { activeDeadlineSeconds: 50 })],
  [
    "an end of a negative grace period",
    { ...spec, terminationGracePeriodSeconds: -1 },
    (it) => Object.assign(it, { terminationGracePeriodSeconds: 1 }),
  ],
  ["the removal of a gate", gated, (it) => Object.assign(it, { schedulingGates: [] })],
  ["the removal of all gates", gated, (it) => void delete it.schedulingGates],
])("on UPDATE of a Pod a mutator changes %s", async (_what, before, change) => {
  const expected: Loose = structuredClone(before);
  change(expected);
  expect(await left(before, change)).toEqual({ spec: expected });
});

it.each<[what: string, before: object, change: (spec: Loose) => unknown, path: string]>([
  [
    "another member of a container",
    spec,
    ({ containers: [first] }) => Object.assign(first, { imagePullPolicy: "Always" }),
    "spec.containers",
  ],
  ["an added container", spec, (it) => void it.containers.push({ name: "c", image: "c:1" }), "spec.containers"],
  ["another order of containers", spec, (it) => void it.containers.reverse(), "spec.containers"],
  ["the removal of init containers", spec, (it) => void delete it.initContainers, "spec.initContainers"],
  [
    "first init containers",
    { containers },
    (it) => Object.assign(it, { initContainers: [{ name: "i" }] }),
    "spec.initContainers",
  ],
  ["the removal of a toleration", spec, (it) => Object.assign(it, { tolerations: [] }), "spec.tolerations"],
  [
    "another toleration",
    spec,
    ({ tolerations: [first] }) => Object.assign(first, { effect: "NoExecute" }),
    "spec.tolerations",
  ],
  ["a later deadline", spec, (it) => Object.assign(it, { activeDeadlineSeconds: 200 }), "spec.activeDeadlineSeconds"],
  ["the removal of a deadline", spec, (it) => void delete it.activeDeadlineSeconds, "spec.activeDeadlineSeconds"],
  [
    "another grace period",
    spec,
    (it) => Object.assign(it, { terminationGracePeriodSeconds: 1 }),
    "spec.terminationGracePeriodSeconds",
  ],
  ["an added gate", gated, (it) => void it.schedulingGates.push({ name: "h" }), "spec.schedulingGates"],
  [
    "the node selector of a Pod without gates",
    { ...spec, nodeSelector: { a: "b" } },
    (it) => Object.assign(it.nodeSelector, { c: "d" }),
    "spec.nodeSelector",
  ],
  ["the node selector of a gated Pod", gated, (it) => Object.assign(it.nodeSelector, { a: "c" }), "spec.nodeSelector"],
  ["a volume", spec, (it) => Object.assign(it, { volumes: [{ name: "v", emptyDir: {} }] }), "spec.volumes"],
  ["a ServiceAccount", spec, (it) => Object.assign(it, { serviceAccountName: "x" }), "spec.serviceAccountName"],
  [
    "an ephemeral container",
    spec,
    (it) => Object.assign(it, { ephemeralContainers: [{ name: "e" }] }),
    "spec.ephemeralContainers",
  ],
])("on UPDATE of a Pod a mutator leaves alone: %s", async (_what, before, change, path) => {
  expect(await left(before, change)).toEqual({ spec: before, left: path });
});

it("on UPDATE of a Pod a mutator changes an image beside a container that it cannot add", async () => {
  const { spec: result } = await left(spec, (it) => {
    it.containers.unshift({ name: "new", image: "x" });
    it.containers[2].image = "b:2";
  });
  expect(result.containers).toEqual([containers[0], { ...containers[1], image: "b:2" }]);
});

it("on UPDATE of pods/resize a mutator changes only resources", async () => {
  const result = await left(
    spec,
    (it) => {
      it.containers[1].resources.requests.cpu = "2";
      it.containers[0].image = "a:2";
      it.containers.push({ name: "c" });
    },
    "resize",
  );
  expect(result.spec.containers).toEqual([containers[0], { ...containers[1], resources: { requests: { cpu: "2" } } }]);
  expect(result.left).toBe("spec.containers");
});

it("on UPDATE of pods/ephemeralcontainers a mutator changes only new ephemeral containers", async () => {
  const pod = { metadata: { name: "p" }, spec: { containers, ephemeralContainers: [{ name: "old" }] } };
  const sent = { ...pod, spec: { containers, ephemeralContainers: [{ name: "old" }, { name: "new" }] } };
  const review = reviewOf(["v1", "Pod", "pods"], sent, pod, "ephemeralcontainers");
  const { object } = await mutateObject(
    review,
    changing(({ spec: it }) => {
      for (const one of [...it.containers, ...it.ephemeralContainers]) one.imagePullPolicy = "Always";
    }),
  );
  expect(object.spec).toEqual({
    containers,
    ephemeralContainers: [{ name: "old" }, { name: "new", imagePullPolicy: "Always" }],
  });
});
