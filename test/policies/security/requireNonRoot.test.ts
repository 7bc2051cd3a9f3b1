import { expect, it } from "vitest";
import { requireNonRoot } from "../../../src/policies/security/requireNonRoot.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";
import { cronJobOf, deploymentOf, faultsOf, nativeOf, podOf } from "../faultsOf.ts";

const may = (path: string, name = "web"): string =>
  `${path}.securityContext.runAsNonRoot: container '${name}', or its Pod, must set runAsNonRoot to true or runAsUser to an id above 0`;
const is = (path: string, name = "web"): string =>
  `${path}.securityContext.runAsUser: container '${name}' must not have the user 0, by its own setting or that of the Pod`;

const of = (container: JsonObject | undefined, ofPod?: JsonObject): JsonObject =>
  podOf(
    container === undefined ? {} : { securityContext: container },
    ofPod === undefined ? {} : { securityContext: ofPod },
  );

it.each<[what: string, object: JsonObject, messages: readonly string[]]>([
  ["no setting at all", of(undefined), [may("spec.containers[0]")]],
  ["runAsNonRoot of the container", of({ runAsNonRoot: true }), []],
  ["runAsNonRoot of the Pod", of(undefined, { runAsNonRoot: true }), []],
  [
    "runAsNonRoot of the Pod that the container takes back",
    of({ runAsNonRoot: false }, { runAsNonRoot: true }),
    [may("spec.containers[0]")],
  ],
  ["runAsNonRoot of the container in a Pod that says false", of({ runAsNonRoot: true }, { runAsNonRoot: false }), []],
  ["a user id of the container", of({ runAsUser: 1000 }), []],
  ["a user id of the Pod", of(undefined, { runAsUser: 1 }), []],
  ["a user id that is not root's, and runAsNonRoot: false", of({ runAsUser: 1000, runAsNonRoot: false }), []],
  ["the user 0", of({ runAsUser: 0 }), [is("spec.containers[0]")]],
  ["the user 0 of the Pod", of({ runAsNonRoot: true }, { runAsUser: 0 }), [is("spec.containers[0]")]],
  ["the user 0 of the Pod, and another one of the container", of({ runAsUser: 7 }, { runAsUser: 0 }), []],
  [
    "the user 0 of the container, and another one of the Pod",
    of({ runAsUser: 0 }, { runAsUser: 7 }),
    [is("spec.containers[0]")],
  ],
  ["settings of null", podOf({ securityContext: null }, { securityContext: null }), [may("spec.containers[0]")]],
  [
    "init and ephemeral containers",
    podOf(
      { securityContext: { runAsNonRoot: true } },
      {
        initContainers: [{ name: "init" }],
        ephemeralContainers: [{ name: "debug", securityContext: { runAsUser: 0 } }],
      },
    ),
    [is("spec.ephemeralContainers[0]", "debug"), may("spec.initContainers[0]", "init")],
  ],
  ["a Pod with a user namespace", podOf({ securityContext: { runAsUser: 0 } }, { hostUsers: false }), []],
  ["a Pod with the users of its node", podOf({}, { hostUsers: true }), [may("spec.containers[0]")]],
  ["a Windows Pod", podOf({}, { os: { name: "windows" } }), [may("spec.containers[0]")]],
  [
    "the administrator of Windows",
    podOf(
      { securityContext: { runAsUser: 1000 } },
      {
        nodeSelector: { "kubernetes.io/os": "windows" },
        securityContext: { windowsOptions: { runAsUserName: "containerADMINISTRATOR" } },
      },
    ),
    [
      "spec.containers[0].securityContext.windowsOptions.runAsUserName: container 'web' must not have the user ContainerAdministrator, by its own setting or that of the Pod",
    ],
  ],
  [
    "another user of Windows",
    of(
      { runAsNonRoot: true, windowsOptions: { runAsUserName: "ContainerUser" } },
      { windowsOptions: { runAsUserName: "ContainerAdministrator" } },
    ),
    [],
  ],
  ["the template of a Deployment", deploymentOf(of(undefined)), [may("spec.template.spec.containers[0]")]],
  ["the template of a CronJob", cronJobOf(of(undefined)), [may("spec.jobTemplate.spec.template.spec.containers[0]")]],
])("requireNonRoot on %s", async (_what, object, messages) => {
  expect((await faultsOf(requireNonRoot(), object)).sort()).toEqual([...messages].sort());
});

it("requireNonRoot does not judge exempt images", async () => {
  expect(await faultsOf(requireNonRoot({ exemptImages: ["web:*"] }), podOf({}))).toEqual([]);
  expect(await faultsOf(requireNonRoot({ exemptImages: ["db:*"] }), podOf({}))).toEqual([may("spec.containers[0]")]);
});

it("requireNonRoot has a native form", () => {
  expect(nativeOf(requireNonRoot())).toBe("yes");
});
