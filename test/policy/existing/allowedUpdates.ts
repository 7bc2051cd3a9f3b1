import { disallowLatestTag } from "../../../src/policies/images/disallowLatestTag.ts";
import { requireLabels } from "../../../src/policies/labels/requireLabels.ts";
import { requireResources } from "../../../src/policies/resources/requireResources.ts";
import { deny } from "../../../src/policy/define/Finding.ts";
import {
  containersOf,
  eachLabel,
  eachPrivileged,
  exempt,
  forCreation,
  genericLabels,
  genericLimits,
  genericPrivileged,
  imageRequired,
  own,
  pathPrivileged,
  podOf,
  replicas,
  twoHosts,
} from "./ownPolicies.ts";
import { type Case, deployment, evil, ok, pod, privileged, web } from "./states.ts";

const LATEST = disallowLatestTag();
const LABELS = requireLabels({ labels: ["team", "owner"] });
const RESOURCES = requireResources();

/** Updates of objects with faults that bring in no fault. */
export const ALLOWED: Readonly<Record<string, Case>> = {
  "a finalizer that is taken off": {
    policy: LATEST,
    before: pod([web], { meta: { finalizers: ["a"] } }),
    after: pod([web]),
  },
  "a deletion in progress": {
    policy: LATEST,
    before: pod([web], { meta: { deletionTimestamp: "2026-01-01T00:00:00Z", finalizers: ["a"] } }),
    after: pod([web], { meta: { deletionTimestamp: "2026-01-01T00:00:00Z" } }),
  },
  "a workload that is scaled": {
    policy: LATEST,
    before: deployment(pod([web]), { replicas: 3 }),
    after: deployment(pod([web]), { replicas: 0 }),
  },
  "an element that moves to another index": { policy: LATEST, before: pod([web, ok]), after: pod([ok, web]) },
  "an added element without a fault": { policy: LATEST, before: pod([web]), after: pod([ok, web]) },
  "one of two faults that is mended": { policy: LATEST, before: pod([web, evil]), after: pod([ok, web]) },
  "one of two missing labels that is added": {
    policy: LABELS,
    before: pod([ok]),
    after: pod([ok], { labels: { team: "a" } }),
  },
  "one of three missing quantities that is added": {
    policy: RESOURCES,
    before: pod([ok]),
    after: pod([{ ...ok, resources: { requests: { cpu: "1" } } }]),
  },
  "an image that changes beside a missing label": {
    policy: LABELS,
    before: pod([web]),
    after: pod([{ ...web, image: "shop:2" }]),
  },
  "an ephemeral container without a fault": {
    policy: LATEST,
    before: pod([web]),
    after: pod([web], { ephemeral: [{ name: "debugger", image: "tools:7" }] }),
    review: { subresource: "ephemeralcontainers" },
  },
  "own policy, general message: an image changes": {
    policy: genericPrivileged,
    before: pod([{ ...web, securityContext: privileged }]),
    after: pod([{ ...web, image: "shop:2", securityContext: privileged }]),
  },
  "own policy, general message: an element without a fault is added": {
    policy: genericPrivileged,
    before: pod([{ ...web, securityContext: privileged }]),
    after: pod([ok, { ...web, securityContext: privileged }]),
  },
  "own policy, message with the name: an element without a fault is added": {
    policy: eachPrivileged,
    before: pod([{ ...web, securityContext: privileged }]),
    after: pod([ok, { ...web, securityContext: privileged }]),
  },
  "own policy, message with the path: the index and the image change": {
    policy: pathPrivileged,
    before: pod([{ ...web, securityContext: privileged }]),
    after: pod([ok, { ...web, image: "shop:2", securityContext: privileged }]),
  },
  "own policy with two checks: one fault is mended": {
    policy: twoHosts,
    before: pod([ok], { spec: { hostNetwork: true, hostPID: true } }),
    after: pod([ok], { spec: { hostNetwork: true } }),
  },
  "own policy with two checks of what is missing: one label is added": {
    policy: eachLabel,
    before: pod([ok]),
    after: pod([ok], { labels: { team: "a" } }),
  },
  "own policy, general message of what is missing: an image changes": {
    policy: genericLimits,
    before: pod([web]),
    after: pod([{ ...web, image: "shop:2" }]),
  },
  "own policy, general message of what is missing: another label changes": {
    policy: genericLabels,
    before: pod([ok], { labels: { app: "a" }, spec: { hostNetwork: true } }),
    after: pod([ok], { labels: { app: "a" } }),
  },
  "own policy, general message of bad values: one of two is mended": {
    policy: own(({ object }) =>
      containersOf(object).every(({ image }) => image?.startsWith("ok/")) ? undefined : deny("images are not signed"),
    ),
    before: pod([web, evil]),
    after: pod([{ ...web, image: "ok/shop" }, evil]),
  },
  "own policy on one field: another field changes": {
    policy: replicas,
    before: deployment(pod([ok]), { replicas: 9 }),
    after: deployment(pod([web]), { replicas: 9 }),
  },
  "own policy that requires fields: the replicas change": {
    policy: imageRequired,
    before: deployment(pod([web]), { replicas: 1 }),
    after: deployment(pod([web]), { replicas: 2 }),
  },
  "own policy that reads the operation: an image changes": {
    policy: forCreation,
    before: pod([{ ...web, securityContext: privileged }]),
    after: pod([{ ...web, image: "shop:2", securityContext: privileged }]),
  },
  "own policy with an exempt user: a finalizer is taken off": {
    policy: exempt,
    before: pod([{ ...web, securityContext: privileged }], { meta: { finalizers: ["a"] } }),
    after: pod([{ ...web, securityContext: privileged }]),
  },
  "own policy that clones the object: a workload is scaled": {
    policy: own(({ object }) =>
      containersOf(structuredClone(object)).some(({ securityContext }) => securityContext?.privileged)
        ? deny("privileged containers are forbidden")
        : undefined,
    ),
    before: deployment(pod([{ ...web, securityContext: privileged }]), { replicas: 1 }),
    after: deployment(pod([{ ...web, securityContext: privileged }]), { replicas: 2 }),
  },
  "own policy that clones the object, with too many replicas: a finalizer is taken off": {
    policy: own(
      ({ object }) =>
        Number(podOf(structuredClone(object)).spec?.replicas) > 3 ? deny("at most 3 replicas") : undefined,
      { match: { resources: ["deployments"] } },
    ),
    before: deployment(pod([ok]), { replicas: 9 }, { finalizers: ["a"] }),
    after: deployment(pod([ok]), { replicas: 9 }),
  },
  "own policy: twenty volumes are added": {
    policy: genericPrivileged,
    before: pod([{ ...web, securityContext: privileged }]),
    after: pod([{ ...web, securityContext: privileged }], {
      spec: { volumes: Array.from({ length: 20 }, (_, index) => ({ name: `v${index}`, emptyDir: {} })) },
    }),
  },
  "own policy that waits: a workload is scaled by its controller": {
    policy: own(async ({ object }) => {
      await Promise.resolve();
      return containersOf(object).map(({ name }) => deny(`${name} is not signed`));
    }),
    before: deployment(pod([web]), { replicas: 3 }, { annotations: { "deployment.kubernetes.io/revision": "1" } }),
    after: deployment(pod([web]), { replicas: 0 }, { annotations: { "deployment.kubernetes.io/revision": "2" } }),
  },
  "own policy that is asked only about changes, with onExisting warn": {
    policy: own(({ object }) => (podOf(object).metadata?.labels?.locked ? deny("locked") : undefined), {
      match: { resources: ["pods"], operations: ["UPDATE", "DELETE"] },
      onExisting: "warn",
    }),
    before: pod([ok], { labels: { locked: "1" } }),
    after: pod([web], { labels: { locked: "1" } }),
  },
  "own policy that reports each fault, with an exempt user": {
    policy: own(
      ({ containers, user }) =>
        user.username === "system:node" ? [] : containers().map(({ path }) => deny("no", { at: `${path}.image` })),
      { reportsEachFault: true },
    ),
    before: pod([ok]),
    after: pod([ok], { meta: { finalizers: ["a"] } }),
  },
  "own policy that waits": {
    policy: own(async ({ object }) => {
      await Promise.resolve();
      return containersOf(object).map(({ name, image }) => deny(`${name}: ${image}`));
    }),
    before: pod([web], { meta: { finalizers: ["a"] } }),
    after: pod([web]),
  },
};
