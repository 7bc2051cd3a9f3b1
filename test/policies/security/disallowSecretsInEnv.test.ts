import { expect, it } from "vitest";
import { disallowSecretsInEnv } from "../../../src/policies/security/disallowSecretsInEnv.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";
import { deploymentOf, faultsOf, nativeOf, podOf } from "../faultsOf.ts";

const variable = { env: [{ name: "PASSWORD", valueFrom: { secretKeyRef: { name: "db", key: "password" } } }] };
const fault = (path: string, name = "web"): string =>
  `${path}.valueFrom.secretKeyRef: container '${name}' has a value of the Secret 'db' in the variable 'PASSWORD'; mount the Secret as a volume`;
const allFault = (path: string, secret = "db"): string =>
  `${path}.secretRef: container 'web' has the values of the Secret '${secret}' in variables; mount the Secret as a volume`;

it.each<[what: string, object: JsonObject, messages: readonly string[]]>([
  ["a container without variables", podOf({}), []],
  ["variables of null", podOf({ env: null, envFrom: null }), []],
  [
    "sources of null",
    podOf({ env: [{ name: "A", valueFrom: { secretKeyRef: null } }], envFrom: [{ secretRef: null }] }),
    [],
  ],
  ["a value that is written", podOf({ env: [{ name: "A", value: "b" }] }), []],
  [
    "values of a ConfigMap and a field",
    podOf({
      env: [
        { name: "A", valueFrom: { configMapKeyRef: { name: "a", key: "b" } } },
        { name: "B", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
      ],
      envFrom: [{ configMapRef: { name: "a" } }],
    }),
    [],
  ],
  ["a value of a Secret", podOf(variable), [fault("spec.containers[0].env[0]")]],
  [
    "all values of a Secret",
    podOf({ envFrom: [{ secretRef: { name: "db" } }] }),
    [allFault("spec.containers[0].envFrom[0]")],
  ],
  [
    "an optional Secret without a name",
    podOf({ envFrom: [{ secretRef: { optional: true } }] }),
    [allFault("spec.containers[0].envFrom[0]", "")],
  ],
  [
    "init and ephemeral containers",
    podOf(
      {},
      { initContainers: [{ name: "init", ...variable }], ephemeralContainers: [{ name: "debug", ...variable }] },
    ),
    [fault("spec.initContainers[0].env[0]", "init"), fault("spec.ephemeralContainers[0].env[0]", "debug")],
  ],
  ["a Secret as a volume", podOf({}, { volumes: [{ name: "db", secret: { secretName: "db" } }] }), []],
  ["the template of a Deployment", deploymentOf(podOf(variable)), [fault("spec.template.spec.containers[0].env[0]")]],
])("disallowSecretsInEnv on %s", async (_what, object, messages) => {
  expect(await faultsOf(disallowSecretsInEnv(), object)).toEqual(messages);
});

it("disallowSecretsInEnv allows the Secrets of its parameter", async () => {
  const object = podOf({ ...variable, envFrom: [{ secretRef: { name: "db" } }, { secretRef: { name: "other" } }] });
  expect(await faultsOf(disallowSecretsInEnv({ allowed: ["db"] }), object)).toEqual([
    allFault("spec.containers[0].envFrom[1]", "other"),
  ]);
});

it("disallowSecretsInEnv does not judge exempt images", async () => {
  expect(await faultsOf(disallowSecretsInEnv({ exemptImages: ["web:*"] }), podOf(variable))).toEqual([]);
});

it("disallowSecretsInEnv denies no update of a variable that was there before", async () => {
  const policy = disallowSecretsInEnv();
  const after = deploymentOf(podOf({ ...variable, image: "web:2" }));
  expect(await faultsOf(policy, after, deploymentOf(podOf(variable)))).toEqual([]);
  expect(await faultsOf(policy, after, deploymentOf(podOf({})))).toEqual([
    fault("spec.template.spec.containers[0].env[0]"),
  ]);
});

it("disallowSecretsInEnv has a native form", () => {
  expect(nativeOf(disallowSecretsInEnv())).toBe("yes");
});
