import { disallowLatestTag } from "../../../src/policies/images/disallowLatestTag.ts";
import { denyLabels } from "../../../src/policies/labels/denyLabels.ts";
import { requireLabels } from "../../../src/policies/labels/requireLabels.ts";
import { requireResources } from "../../../src/policies/resources/requireResources.ts";
import { deny } from "../../../src/policy/define/Finding.ts";
import {
  bigLimits,
  containersOf,
  fewContainers,
  firstImage,
  firstPrivileged,
  genericLabels,
  genericPrivileged,
  hardened,
  hostAccess,
  hostCombination,
  hostPath,
  hostPaths,
  imageRequired,
  limited,
  numbered,
  oneAfterTheOther,
  own,
  podOf,
  privilegedFromOutside,
  quoted,
  replicas,
} from "./ownPolicies.ts";
import { type Case, deployment, evil, ok, pod, privileged, role, web } from "./states.ts";

const LATEST = disallowLatestTag();
const LABELS = requireLabels({ labels: ["team", "owner"] });
const RESOURCES = requireResources();

/** Updates of objects with faults that bring in another one, or make one worse. */
export const DENIED: Readonly<Record<string, Case & { readonly message: string }>> = {
  "another forbidden image in the same element": {
    policy: LATEST,
    before: pod([web]),
    after: pod([{ ...web, image: "evil:latest" }]),
    message: "disallow-latest-tag: spec.containers[0].image: image 'evil:latest' has the tag 'latest'",
  },
  "a new fault beside an old one": {
    policy: LATEST,
    before: pod([web]),
    after: pod([web, evil]),
    message: "disallow-latest-tag: spec.containers[1].image: image 'evil:latest' has the tag 'latest'",
  },
  "a new fault at the index of an old one": {
    policy: LATEST,
    before: pod([web, ok]),
    after: pod([{ ...evil, image: "shop:latest" }, ok]),
    message: "disallow-latest-tag: spec.containers[0].image: image 'shop:latest' has the tag 'latest'",
  },
  "the fault of an element, moved to another list": {
    policy: LATEST,
    before: pod([ok, web]),
    after: pod([ok], { init: [web] }),
    message: "disallow-latest-tag: spec.initContainers[0].image: image 'shop:latest' has the tag 'latest'",
  },
  "a fault that an object in deletion gains": {
    policy: denyLabels(),
    before: pod([ok], { meta: { deletionTimestamp: "2026-01-01T00:00:00Z" } }),
    after: pod([ok], { labels: { "bad-label": "1" }, meta: { deletionTimestamp: "2026-01-01T00:00:00Z" } }),
    message: "deny-labels: Pod contains forbidden label 'bad-label'",
  },
  "another value of a forbidden label": {
    policy: denyLabels(),
    before: pod([ok], { labels: { "bad-label": "1" } }),
    after: pod([ok], { labels: { "bad-label": "2" } }),
    message: "deny-labels: Pod contains forbidden label 'bad-label'",
  },
  "a required label that is removed": {
    policy: LABELS,
    before: pod([ok], { labels: { team: "a" } }),
    after: pod([ok]),
    message: "require-labels: Pod must have the label 'team' at metadata.labels",
  },
  "an ephemeral container with its own fault": {
    policy: LATEST,
    before: pod([web]),
    after: pod([web], { ephemeral: [{ name: "debugger", image: "shop:latest" }] }),
    review: { subresource: "ephemeralcontainers" },
    message: "disallow-latest-tag: spec.ephemeralContainers[0].image: image 'shop:latest' has the tag 'latest'",
  },
  "a quantity that is removed": {
    policy: RESOURCES,
    before: pod([{ ...ok, resources: { limits: { memory: "1Gi" }, requests: { cpu: "1" } } }, web]),
    after: pod([{ ...ok, resources: { limits: { memory: "1Gi" } } }, web]),
    message: "require-resources: container 'ok' must set spec.containers[0].resources.requests.cpu",
  },
  "own policy, general message: another element with the fault": {
    policy: genericPrivileged,
    before: pod([{ ...web, securityContext: privileged }]),
    after: pod([
      { ...web, securityContext: privileged },
      { ...evil, securityContext: privileged },
    ]),
    message: "own: privileged containers are forbidden",
  },
  "own policy, general message: the fault in another element": {
    policy: genericPrivileged,
    before: pod([{ ...web, securityContext: privileged }, ok]),
    after: pod([web, { ...ok, securityContext: privileged }]),
    message: "own: privileged containers are forbidden",
  },
  "own policy, general message: the fault in an element with a new name": {
    policy: genericPrivileged,
    before: pod([{ ...web, securityContext: privileged }]),
    after: pod([{ ...web, name: "other", securityContext: privileged }]),
    message: "own: privileged containers are forbidden",
  },
  "own policy, one message for two faults: the other one in a list": {
    policy: hostAccess,
    before: pod([ok], { spec: { hostNetwork: true } }),
    after: pod([{ ...ok, ports: [{ containerPort: 1, hostPort: 1 }] }], { spec: { hostNetwork: true } }),
    message: "own: access to the host is forbidden",
  },
  "own policy, one message for two faults: the other one instead": {
    policy: hostAccess,
    before: pod([{ ...ok, ports: [{ containerPort: 1, hostPort: 1 }] }]),
    after: pod([ok], { spec: { hostNetwork: true } }),
    message: "own: access to the host is forbidden",
  },
  "own policy, one message for two missing labels: the present one is removed": {
    policy: genericLabels,
    before: pod([ok], { labels: { team: "a" } }),
    after: pod([ok]),
    message: "own: labels are missing",
  },
  "own policy, one message for two missing labels: the other one is removed": {
    policy: genericLabels,
    before: pod([ok], { labels: { owner: "a" } }),
    after: pod([ok]),
    message: "own: labels are missing",
  },
  "own policy, a value that gets worse behind the same message": {
    policy: bigLimits,
    before: pod([limited("web", "8Gi")]),
    after: pod([limited("web", "800Gi")]),
    message: "own: spec.containers[0]: the memory limit is over 4Gi",
  },
  "own policy, a number that gets worse behind the same message": {
    policy: replicas,
    before: deployment(pod([ok]), { replicas: 9 }),
    after: deployment(pod([ok]), { replicas: 10 }),
    message: "own: at most 3 replicas",
  },
  "own policy, a fault of an old and a new field together": {
    policy: privilegedFromOutside,
    before: pod([
      { name: "web", image: "docker.io/a", securityContext: privileged },
      { name: "b", image: "quay.io/b", securityContext: privileged },
    ]),
    after: pod([
      { name: "web", image: "docker.io/a", securityContext: privileged },
      { name: "b", image: "docker.io/b", securityContext: privileged },
    ]),
    message: "own: a bad container",
  },
  "own policy that requires fields: a new element": {
    policy: imageRequired,
    before: pod([web]),
    after: pod([web, evil]),
    message: "own: images need a tag",
  },
  "own policy that fails on the old object": {
    policy: own(({ object }) => {
      if (podOf(object).metadata?.labels?.old) throw new Error("x");
      return deny("no");
    }),
    before: pod([ok], { labels: { old: "1" } }),
    after: pod([ok]),
    message: "own: no",
  },
  "own policy that compares both states": {
    policy: own(({ object, oldObject }) =>
      podOf(object).spec?.hostPID === podOf(oldObject).spec?.hostPID ? undefined : deny("hostPID is immutable"),
    ),
    before: pod([ok]),
    after: pod([ok], { spec: { hostPID: true } }),
    message: "own: hostPID is immutable",
  },
  "own policy whose selector did not match before": {
    policy: own(() => deny("not in production"), {
      match: { resources: ["pods"], labels: { matchLabels: { tier: "prod" } } },
    }),
    before: pod([web]),
    after: pod([web], { labels: { tier: "prod" } }),
    message: "own: not in production",
  },
  "own policy that reports only its first fault: another one": {
    policy: firstPrivileged,
    before: pod([{ ...web, securityContext: privileged }]),
    after: pod([
      { ...web, securityContext: privileged },
      { ...evil, securityContext: privileged },
    ]),
    message: "own: container web is privileged",
  },
  "own policy that reports only its first fault, with a path: another one": {
    policy: firstImage,
    before: pod([web]),
    after: pod([web, evil]),
    message: "own: latest",
  },
  "own policy that reports one fault after the other: the other one": {
    policy: oneAfterTheOther,
    before: pod([ok], { spec: { hostNetwork: true } }),
    after: pod([ok], { spec: { hostNetwork: true, hostPID: true } }),
    message: "own: no hostNetwork",
  },
  "own policy, the number of an element in the message: another element": {
    policy: numbered,
    before: pod([ok, { ...web, securityContext: privileged }]),
    after: pod([ok, { ...evil, securityContext: privileged }]),
    message: "own: container 1 is privileged",
  },
  "own policy on the presence of an object: another value in it": {
    policy: hostPaths,
    before: pod([ok], { spec: { volumes: [hostPath("v", "/tmp")] } }),
    after: pod([ok], { spec: { volumes: [hostPath("v", "/")] } }),
    message: "own: hostPath volumes are forbidden",
  },
  "own policy, one message for two missing fields: the present one is turned off": {
    policy: hardened,
    before: pod([{ ...ok, securityContext: { readOnlyRootFilesystem: true } }]),
    after: pod([{ ...ok, securityContext: { readOnlyRootFilesystem: false } }]),
    message: "own: containers are not hardened",
  },
  "own policy on a combination: another field beside an old one": {
    policy: hostCombination,
    before: pod([ok], { spec: { hostNetwork: true, hostPID: true } }),
    after: pod([ok], { spec: { hostNetwork: true, hostPID: true, hostIPC: true } }),
    message: "own: too much of the host",
  },
  "own policy on a number of elements: one more": {
    policy: fewContainers,
    before: pod([ok, web, evil]),
    after: pod([ok, web, evil, { ...ok, name: "more" }]),
    message: "own: at most 2 containers",
  },
  "own policy that quotes a text of the client, which looks like a path": {
    policy: quoted,
    before: pod([{ ...web, securityContext: privileged }], {
      meta: { annotations: { owner: "spec.containers[0].image" } },
    }),
    after: pod(
      [
        { ...web, securityContext: privileged },
        { ...evil, securityContext: privileged },
      ],
      {
        meta: { annotations: { owner: "spec.containers[0].image" } },
      },
    ),
    message: "own: privileged, says spec.containers[0].image",
  },
  "own policy on a subresource": {
    policy: own(
      ({ object }) =>
        podOf(object).metadata?.labels?.tier === "prod" ? deny("no debugging in production") : undefined,
      {
        match: { resources: ["pods/ephemeralcontainers"] },
      },
    ),
    before: pod([ok], { labels: { tier: "prod" } }),
    after: pod([ok], { labels: { tier: "prod" }, ephemeral: [{ name: "debugger", image: "tools:7" }] }),
    review: { subresource: "ephemeralcontainers" },
    message: "own: no debugging in production",
  },
  "own policy on a change, that reads a label": {
    policy: own(({ object, operation }) =>
      operation === "UPDATE" && podOf(object).metadata?.labels?.locked
        ? deny("locked", { at: "metadata.labels.locked" })
        : undefined,
    ),
    before: pod([ok], { labels: { locked: "1" } }),
    after: pod([web], { labels: { locked: "1" } }),
    message: "own: locked",
  },
  "own policy that clones the object: a number gets worse": {
    policy: own(
      ({ object }) =>
        Number(podOf(structuredClone(object)).spec?.replicas) > 3 ? deny("at most 3 replicas") : undefined,
      { match: { resources: ["deployments"] } },
    ),
    before: deployment(pod([ok]), { replicas: 9 }),
    after: deployment(pod([ok]), { replicas: 10 }),
    message: "own: at most 3 replicas",
  },
  "own policy on rules without names: a rule allows more": {
    policy: own(
      ({ object }) => {
        const { rules = [] } = object as { rules?: { verbs: string[] }[] };
        return rules.some(({ verbs }) => verbs.includes("*")) ? deny("wildcard verbs are forbidden") : undefined;
      },
      { match: { resources: ["roles"] } },
    ),
    before: role([{ apiGroups: [""], resources: ["pods"], verbs: ["*"] }]),
    after: role([{ apiGroups: [""], resources: ["pods", "secrets"], verbs: ["*"] }]),
    message: "own: wildcard verbs are forbidden",
  },
  "own policy with a path that leads nowhere": {
    policy: own(
      ({ object }) =>
        containersOf(object).flatMap(({ image }, index) =>
          image?.endsWith(":latest") ? [deny("latest", { at: `spec.containers.${index}.image` })] : [],
        ),
      { reportsEachFault: true },
    ),
    before: pod([web]),
    after: pod([{ ...web, image: "evil:latest" }]),
    message: "own: latest",
  },
  "own policy that denies every change": {
    policy: own(() => deny("no changes today")),
    before: pod([ok], { meta: { finalizers: ["a"] } }),
    after: pod([ok]),
    message: "own: no changes today",
  },
  "own policy that denies every change in a namespace": {
    policy: own(({ object, namespace }) =>
      namespace === "shop" ? deny(`${podOf(object).metadata?.name} is in a frozen namespace`) : undefined,
    ),
    before: pod([ok], { meta: { finalizers: ["a"] } }),
    after: pod([ok]),
    message: "own: web is in a frozen namespace",
  },
  "own policy on who may change an object": {
    policy: own(({ object, user }) =>
      podOf(object).metadata?.labels?.locked && user.username !== "admin" ? deny("locked") : undefined,
    ),
    before: pod([ok], { labels: { locked: "1" } }),
    after: pod([web], { labels: { locked: "1" } }),
    message: "own: locked",
  },
  "own policy that is asked only about changes": {
    policy: own(({ object }) => (podOf(object).metadata?.labels?.locked ? deny("locked") : undefined), {
      match: { resources: ["pods"], operations: ["UPDATE", "DELETE"] },
    }),
    before: pod([ok], { labels: { locked: "1" } }),
    after: pod([web], { labels: { locked: "1" } }),
    message: "own: locked",
  },
  "own policy with onExisting deny": {
    policy: disallowLatestTag({ onExisting: "deny" }),
    before: pod([web], { meta: { finalizers: ["a"] } }),
    after: pod([web]),
    message: "disallow-latest-tag: spec.containers[0].image: image 'shop:latest' has the tag 'latest'",
  },
  "a policy that always throws": {
    policy: own(() => {
      throw new Error("x");
    }),
    before: pod([ok], { meta: { finalizers: ["a"] } }),
    after: pod([ok]),
    message: "own: the policy failed; the gate's log has the error",
  },
};
