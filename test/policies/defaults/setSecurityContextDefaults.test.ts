import { expect, it } from "vitest";
import { setSecurityContextDefaults } from "../../../src/policies/defaults/setSecurityContextDefaults.ts";
import { podSecurity } from "../../../src/policies/pod-security/podSecurity.ts";
import { applyMutators } from "../applyMutators.ts";
import { denials, judge } from "../judge.ts";
import { deploymentReview, podReview, podUpdate } from "./podReview.ts";

/** `toMatchObject` would accept any annotations for an empty object. */
const NONE = expect.toSatisfy((it: object) => Object.keys(it).length === 0);
type Options = Parameters<typeof setSecurityContextDefaults>[0];
const restricted = {
  runAsNonRoot: true,
  seccompProfile: { type: "RuntimeDefault" },
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
};
const without = (...keys: string[]): object =>
  Object.fromEntries(Object.entries(restricted).filter(([key]) => !keys.includes(key)));

/** The security context of the only container before and after, and the other members of the Pod's spec. */
it.each<[what: string, options: Options, before: unknown, spec: object, after: unknown]>([
  ["an absent context", {}, undefined, {}, restricted],
  ["a context that is null", {}, null, {}, restricted],
  ["an empty context", {}, {}, {}, restricted],
  ["members that are null", {}, { runAsNonRoot: null, capabilities: null }, {}, restricted],
  [
    "the root filesystem by option",
    { readOnlyRootFilesystem: true },
    {},
    {},
    { ...restricted, readOnlyRootFilesystem: true },
  ],
  [
    "nothing with all options off",
    {
      runAsNonRoot: false,
      seccompRuntimeDefault: false,
      disallowPrivilegeEscalation: false,
      dropAllCapabilities: false,
    },
    {},
    {},
    {},
  ],
  [
    "nothing that the container says otherwise",
    { readOnlyRootFilesystem: true },
    {
      runAsNonRoot: false,
      seccompProfile: { type: "Unconfined" },
      allowPrivilegeEscalation: true,
      capabilities: { drop: ["NET_RAW"] },
      readOnlyRootFilesystem: false,
    },
    {},
    {
      runAsNonRoot: false,
      seccompProfile: { type: "Unconfined" },
      allowPrivilegeEscalation: true,
      capabilities: { drop: ["NET_RAW"] },
      readOnlyRootFilesystem: false,
    },
  ],
  [
    "added capabilities stay",
    {},
    { capabilities: { add: ["NET_BIND_SERVICE"] } },
    {},
    { ...restricted, capabilities: { add: ["NET_BIND_SERVICE"], drop: ["ALL"] } },
  ],
  ["an empty list of drops", {}, { capabilities: { drop: [] } }, {}, restricted],
  [
    "the Pod's values count",
    {},
    {},
    { securityContext: { runAsNonRoot: false, seccompProfile: { type: "Localhost", localhostProfile: "web.json" } } },
    without("runAsNonRoot", "seccompProfile"),
  ],
  ["no runAsNonRoot for a root container", {}, { runAsUser: 0 }, {}, { runAsUser: 0, ...without("runAsNonRoot") }],
  ["no runAsNonRoot in a root Pod", {}, {}, { securityContext: { runAsUser: 0 } }, without("runAsNonRoot")],
  [
    "a container with another user in a root Pod",
    {},
    { runAsUser: 1000 },
    { securityContext: { runAsUser: 0 } },
    { runAsUser: 1000, ...restricted },
  ],
  ["nothing in a privileged container", {}, { privileged: true }, {}, { privileged: true }],
  [
    "escalation for SYS_ADMIN, which the API server requires",
    {},
    { capabilities: { add: ["CAP_SYS_ADMIN"] } },
    {},
    { ...without("allowPrivilegeEscalation"), capabilities: { add: ["CAP_SYS_ADMIN"], drop: ["ALL"] } },
  ],
  [
    "only runAsNonRoot on Windows",
    { readOnlyRootFilesystem: true },
    {},
    { os: { name: "windows" } },
    { runAsNonRoot: true },
  ],
  [
    "only runAsNonRoot on Windows by a node selector",
    {},
    undefined,
    { nodeSelector: { "kubernetes.io/os": "windows" } },
    { runAsNonRoot: true },
  ],
  [
    "nothing for ContainerAdministrator of a Windows Pod",
    {},
    undefined,
    { os: { name: "windows" }, securityContext: { windowsOptions: { runAsUserName: "containeradministrator" } } },
    undefined,
  ],
  [
    "runAsNonRoot for another user than the Pod's ContainerAdministrator",
    {},
    { windowsOptions: { runAsUserName: "ContainerUser" } },
    { os: { name: "windows" }, securityContext: { windowsOptions: { runAsUserName: "ContainerAdministrator" } } },
    { windowsOptions: { runAsUserName: "ContainerUser" }, runAsNonRoot: true },
  ],
  [
    "no capabilities to drop beside all of them",
    {},
    { capabilities: { add: ["all"] } },
    {},
    { ...without("capabilities"), capabilities: { add: ["all"] } },
  ],
  [
    "nothing in a HostProcess Pod",
    {},
    undefined,
    { os: { name: "windows" }, securityContext: { windowsOptions: { hostProcess: true } } },
    undefined,
  ],
  ["nothing in an exempt container", { exemptImages: ["web:*"] }, {}, {}, {}],
])("setSecurityContextDefaults: %s", async (_what, options, before, spec, after) => {
  const review = podReview({ ...spec, containers: [{ name: "web", image: "web:1", securityContext: before }] });
  const result = await applyMutators(setSecurityContextDefaults(options), review);
  expect(result.spec).toEqual({ ...spec, containers: [{ name: "web", image: "web:1", securityContext: after }] });
});

it.each<[annotation: string, value: string, isSet: boolean]>([
  ["container.seccomp.security.alpha.kubernetes.io/web", "unconfined", false],
  ["container.seccomp.security.alpha.kubernetes.io/web", "localhost/web.json", false],
  ["container.seccomp.security.alpha.kubernetes.io/web", "runtime/default", true],
  ["container.seccomp.security.alpha.kubernetes.io/other", "unconfined", true],
])("setSecurityContextDefaults with the annotation %s: %s sets the seccomp profile: %j", async (key, value, isSet) => {
  const review = podReview({ containers: [{ name: "web" }] }, { annotations: { [key]: value } });
  const { spec } = await applyMutators(setSecurityContextDefaults(), review);
  expect(spec.containers[0].securityContext).toEqual(isSet ? restricted : without("seccompProfile"));
});

it("setSecurityContextDefaults fills init containers and sidecars, and leaves ephemeral containers alone", async () => {
  const spec = {
    initContainers: [{ name: "init" }, { name: "sidecar", restartPolicy: "Always" }],
    containers: [{ name: "web" }],
    ephemeralContainers: [{ name: "debug" }],
  };
  const { spec: filled } = await applyMutators(setSecurityContextDefaults(), podReview(spec));
  expect(filled).toEqual({
    initContainers: spec.initContainers.map((it) => ({ ...it, securityContext: restricted })),
    containers: [{ name: "web", securityContext: restricted }],
    ephemeralContainers: [{ name: "debug" }],
  });
});

it.each([
  ["linux", {}],
  ["windows", { os: { name: "windows" } }],
])("setSecurityContextDefaults makes a plain Pod for %s meet the level restricted", async (_os, spec) => {
  const review = podReview({ ...spec, containers: [{ name: "web", image: "web:1" }] });
  const policy = podSecurity({ level: "restricted" });
  expect(await denials(policy, review)).not.toEqual([]);
  const object = await applyMutators(setSecurityContextDefaults(), review);
  expect(await denials(policy, { ...review, object })).toEqual([]);
});

it("setSecurityContextDefaults leaves Pods from before and, without the option, Pod templates alone", async () => {
  const spec = { containers: [{ name: "web" }] };
  for (const review of [podUpdate(spec, spec), deploymentReview({ spec })])
    expect(await judge(setSecurityContextDefaults(), review, "mutate")).toMatchObject({
      patch: [],
      auditAnnotations: NONE,
    });
  const verdict = await judge(setSecurityContextDefaults({ podTemplates: true }), deploymentReview({ spec }), "mutate");
  expect(verdict).toMatchObject({ patch: [{ path: "/spec/template/spec/containers/0/securityContext" }] });
});
