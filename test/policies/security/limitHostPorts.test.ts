import { expect, it } from "vitest";
import { limitHostPorts } from "../../../src/policies/security/limitHostPorts.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";
import { deploymentOf, faultsOf, nativeOf, podOf } from "../faultsOf.ts";

const of = (...hostPorts: readonly unknown[]): JsonObject => ({
  ports: hostPorts.map((hostPort) => ({ containerPort: 80, hostPort })),
});
const fault = (path: string, port: number, allowed = "none"): string =>
  `${path}.hostPort: container 'web' must not use the port ${port} of its node; allowed are: ${allowed}`;
const allowed = [
  { min: 80, max: 80 },
  { min: 5000, max: 5010 },
];

type Options = Parameters<typeof limitHostPorts>[0];
it.each<[what: string, options: Options, object: JsonObject, messages: readonly string[]]>([
  ["no ports", {}, podOf({}), []],
  ["ports of null", {}, podOf({ ports: null }), []],
  ["a port of the container", {}, podOf({ ports: [{ containerPort: 80 }] }), []],
  ["the host port 0, which is none", {}, podOf(of(0, null)), []],
  ["a host port", {}, podOf(of(80)), [fault("spec.containers[0].ports[0]", 80)]],
  ["ports at the ends of ranges", { allowed }, podOf(of(80, 5000, 5010)), []],
  [
    "ports beside ranges",
    { allowed },
    podOf(of(79, 81, 4999, 5011)),
    [79, 81, 4999, 5011].map((port, index) =>
      fault(`spec.containers[0].ports[${index}]`, port, "80 to 80, 5000 to 5010"),
    ),
  ],
  [
    "a sidecar",
    {},
    podOf({}, { initContainers: [{ name: "web", restartPolicy: "Always", ...of(1) }] }),
    [fault("spec.initContainers[0].ports[0]", 1)],
  ],
  ["an exempt image", { exemptImages: ["web:*"] }, podOf(of(80)), []],
  [
    "the template of a Deployment",
    {},
    deploymentOf(podOf(of(8080))),
    [fault("spec.template.spec.containers[0].ports[0]", 8080)],
  ],
])("limitHostPorts on %s", async (_what, options, object, messages) => {
  expect(await faultsOf(limitHostPorts(options), object)).toEqual(messages);
});

it("limitHostPorts refuses a range that is no range of ports", () => {
  expect(() => limitHostPorts({ allowed: [{ min: 0, max: 80 }] })).toThrow("options.allowed.0.min");
  expect(() => limitHostPorts({ allowed: [{ min: 80, max: 65536 }] })).toThrow("options.allowed.0.max");
  expect(() => limitHostPorts({ allowed: [{ min: 80, max: 79 }] })).toThrow(
    "options.allowed.0 has a min above its max",
  );
});

it("limitHostPorts has a native form", () => {
  expect(nativeOf(limitHostPorts())).toBe("yes");
  expect(nativeOf(limitHostPorts({ allowed }))).toBe("yes");
});
