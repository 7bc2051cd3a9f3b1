import { expect, it } from "vitest";
import { disallowNodePorts } from "../../../src/policies/network/disallowNodePorts.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";
import { faultsOf, nativeOf } from "../faultsOf.ts";
import { service } from "./networkObjects.ts";

const DENIED = ["spec.type: the type NodePort opens a port on each node; use ClusterIP behind an Ingress or a Gateway"];

it.each<[what: string, spec: JsonObject, messages: string[]]>([
  ["the default type", {}, []],
  ["ClusterIP", { type: "ClusterIP" }, []],
  ["a headless Service", { type: "ClusterIP", clusterIP: "None" }, []],
  ["ExternalName", { type: "ExternalName", externalName: "db.example.com" }, []],
  ["LoadBalancer, whose ports are allowed", { type: "LoadBalancer" }, []],
  ["NodePort", { type: "NodePort" }, DENIED],
  ["NodePort with a chosen port", { type: "NodePort", ports: [{ port: 80, nodePort: 30080 }] }, DENIED],
])("disallowNodePorts judges %s", async (_what, spec, messages) => {
  expect(await faultsOf(disallowNodePorts(), service(spec))).toEqual(messages);
});

const ALLOCATES =
  "spec.allocateLoadBalancerNodePorts: the LoadBalancer opens a port on each node; set it to false, and remove nodePort from spec.ports";

it.each<[what: string, spec: JsonObject, messages: string[]]>([
  ["a LoadBalancer", { type: "LoadBalancer" }, [ALLOCATES]],
  ["a LoadBalancer that allocates", { type: "LoadBalancer", allocateLoadBalancerNodePorts: true }, [ALLOCATES]],
  [
    "a LoadBalancer that does not",
    { type: "LoadBalancer", allocateLoadBalancerNodePorts: false, ports: [{ port: 80 }] },
    [],
  ],
  [
    "a LoadBalancer with a chosen port",
    { type: "LoadBalancer", allocateLoadBalancerNodePorts: false, ports: [{ port: 80, nodePort: 30080 }] },
    [ALLOCATES],
  ],
  ["NodePort", { type: "NodePort" }, DENIED],
  ["ClusterIP", { type: "ClusterIP", ports: [{ port: 80 }] }, []],
])("disallowNodePorts without those of LoadBalancers judges %s", async (_what, spec, messages) => {
  expect(await faultsOf(disallowNodePorts({ allowLoadBalancers: false }), service(spec))).toEqual(messages);
});

it("disallowNodePorts denies the change to NodePort, and not the update of an older one", async () => {
  const nodePort = service({ type: "NodePort" });
  expect(await faultsOf(disallowNodePorts(), nodePort, service({ type: "ClusterIP" }))).toEqual(DENIED);
  expect(await faultsOf(disallowNodePorts(), nodePort, nodePort)).toEqual([]);
});

it("disallowNodePorts is native", () => {
  expect(nativeOf(disallowNodePorts())).toBe("yes");
  expect(nativeOf(disallowNodePorts({ allowLoadBalancers: false }))).toBe("yes");
});
