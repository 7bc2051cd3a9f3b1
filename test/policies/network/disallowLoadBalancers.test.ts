import { expect, it } from "vitest";
import { disallowLoadBalancers } from "../../../src/policies/network/disallowLoadBalancers.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";
import { faultsOf, nativeOf } from "../faultsOf.ts";
import { service } from "./networkObjects.ts";

type Options = Parameters<typeof disallowLoadBalancers>[0];

const DENIED = [
  "spec.type: the type LoadBalancer orders an address of its own; use ClusterIP behind an Ingress or a Gateway, or an allowed internal load balancer",
];
const internal: Options = {
  allowedAnnotations: {
    "networking.gke.io/load-balancer-type": "Internal",
    "service.beta.kubernetes.io/azure-load-balancer-internal": "true",
  },
};
const BALANCER = service({ type: "LoadBalancer" });

it.each<[what: string, options: Options, object: JsonObject, messages: string[]]>([
  ["the default type", {}, service({}), []],
  ["NodePort, which has a policy of its own", {}, service({ type: "NodePort" }), []],
  ["LoadBalancer", {}, BALANCER, DENIED],
  ["LoadBalancer with a class", {}, service({ type: "LoadBalancer", loadBalancerClass: "tailscale" }), DENIED],
  ["LoadBalancer without annotations", internal, BALANCER, DENIED],
  ["another annotation", internal, service({ type: "LoadBalancer" }, { a: "Internal" }), DENIED],
  [
    "an allowed annotation",
    internal,
    service({ type: "LoadBalancer" }, { "networking.gke.io/load-balancer-type": "Internal" }),
    [],
  ],
  [
    "the second allowed annotation",
    internal,
    service({ type: "LoadBalancer" }, { "service.beta.kubernetes.io/azure-load-balancer-internal": "true" }),
    [],
  ],
  [
    "an allowed annotation with another value",
    internal,
    service({ type: "LoadBalancer" }, { "networking.gke.io/load-balancer-type": "External" }),
    DENIED,
  ],
  ["no class", { allowedClasses: ["tailscale"] }, BALANCER, DENIED],
  [
    "an allowed class",
    { allowedClasses: ["tailscale"] },
    service({ type: "LoadBalancer", loadBalancerClass: "tailscale" }),
    [],
  ],
  [
    "another class",
    { allowedClasses: ["tailscale"] },
    service({ type: "LoadBalancer", loadBalancerClass: "service.k8s.aws/nlb" }),
    DENIED,
  ],
])("disallowLoadBalancers judges %s with %j", async (_what, options, object, messages) => {
  expect(await faultsOf(disallowLoadBalancers(options), object)).toEqual(messages);
});

it("disallowLoadBalancers denies that an internal load balancer becomes another", async () => {
  const before = service({ type: "LoadBalancer" }, { "networking.gke.io/load-balancer-type": "Internal" });
  expect(await faultsOf(disallowLoadBalancers(internal), BALANCER, before)).toEqual(DENIED);
  expect(await faultsOf(disallowLoadBalancers(internal), BALANCER, BALANCER)).toEqual([]);
});

it.each<Options>([{}, internal, { allowedClasses: ["tailscale"] }])(
  "disallowLoadBalancers is native with %j",
  (options) => {
    expect(nativeOf(disallowLoadBalancers(options))).toBe("yes");
  },
);
