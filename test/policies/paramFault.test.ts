import { expect, it } from "vitest";
import { clusterSettings } from "../../src/gate/config/clusterSettings.ts";
import * as policies from "../../src/policies/index.ts";
import type { Policy } from "../../src/policy/define/policy.ts";

/** Wrong options, and what is said of them. */
it.each<[what: string, define: () => Policy, fault: string]>([
  [
    "an unknown option",
    () => policies.disallowNodePorts({ allow: 1 } as object),
    "allow is unknown; known are allowLoadBalancers, name,",
  ],
  [
    "an unknown member of an element",
    () => policies.limitHostPaths({ allowed: [{ path: "/a", writable: true } as { path: string }] }),
    "allowed.0.writable is unknown",
  ],
  [
    "another type",
    () => policies.limitReplicas({ minimum: "2" as unknown as number }),
    "minimum is not valid: expected number",
  ],
  // @ts-expect-error The parameter has no default.
  ["no options where one is required", () => policies.requireRegistries(), "allowed is missing: expected a list"],
  [
    "a missing option",
    // @ts-expect-error The parameter has no default.
    () => policies.requireRegistries({ exemptImages: [] }),
    "allowed is missing: expected a list",
  ],
  ["too small a number", () => policies.limitReplicas({ minimum: -1 }), "minimum is not valid: expected at least 0"],
  [
    "too large a number",
    () => policies.limitHostPorts({ allowed: [{ min: 1, max: 65536 }] }),
    "allowed.0.max is not valid: expected at most 65535",
  ],
  ["an empty list", () => policies.requireRegistries({ allowed: [] }), "allowed is not valid: it is empty"],
  [
    "an empty text",
    () => policies.disallowPrivileged({ exemptImages: [""] }),
    "exemptImages.0 is not valid: it is empty",
  ],
  [
    "another word",
    () => policies.requireImagePullPolicy({ pullPolicy: "always" as "Always" }),
    "pullPolicy is not valid: expected one of Always, IfNotPresent, Never",
  ],
  [
    "another form",
    () => policies.requireRegistries({ allowed: ["a"] }),
    "allowed.0 must begin with a registry, such as docker.io/",
  ],
  [
    "another key",
    () => policies.disallowLoadBalancers({ allowedAnnotations: { "a b": "c" } }),
    "allowedAnnotations.a b is not the key of an annotation",
  ],
])("a built-in says what is wrong with %s", (_what, define, fault) => {
  expect(define).toThrow(`: options.${fault}`);
});

it.each<[params: unknown, fault: string]>([
  [{ max: 3 }, "max is unknown; known are minimum, maximum, allowZero"],
  [{ minimum: 1.5 }, "minimum is not valid: expected int"],
  [{ maximum: 4 }, "minimum is 5, more than the maximum 4"],
  [[], "is not an object"],
  ["a", "is not an object"],
])("a cluster's parameters %j are refused with what is wrong", (params, fault) => {
  const policy = policies.limitReplicas({ minimum: 5 });
  const cluster = { identity: "none", params: { [policy.name]: params } };
  expect(() => clusterSettings("c", cluster, { policies: [policy], tiers: [] }, true)).toThrow(
    new RegExp(`^gate: clusters\\.c\\.params\\.limit-replicas: ${fault}$`),
  );
});
