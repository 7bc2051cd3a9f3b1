import type { KubeObject } from "../../../../cluster/ClusterApi.ts";
import type { SeededRandom } from "../../objects/SeededRandom.ts";
import { NAMESPACES } from "./namespaces.ts";
import { pickFields, pickList } from "./pickFields.ts";

const LB_TYPE = "networking.gke.io/load-balancer-type";
const CLASS = "kubernetes.io/ingress.class";
const ALLOW_HTTP = "kubernetes.io/ingress.allow-http";
const BACKEND = { service: { name: "a", port: { number: 80 } } };
const HTTP = { paths: [{ path: "/", pathType: "Prefix", backend: BACKEND }] };
const CHALLENGE = { path: "/.well-known/acme-challenge/a_-1", pathType: "ImplementationSpecific", backend: BACKEND };
const CHALLENGES = { paths: [CHALLENGE] };
const MIXED = { paths: [CHALLENGE, ...HTTP.paths] };
const IPS = ["203.0.113.7", "198.51.100.1", "2001:db8::1", "192.0.2.3"];
const HOSTS = [
  "a.example.com",
  "b.example.com",
  "a.b.example.com",
  "example.com",
  "*.example.com",
  "*.b.example.com",
  "*.com",
  "xexample.com",
  "",
];

/** A Service. */
export function service(random: SeededRandom, index: number): KubeObject {
  const type = random.pick(["ClusterIP", "NodePort", "LoadBalancer", "LoadBalancer", "ExternalName", null, undefined]);
  const spec = {
    ...pickFields(random, {
      externalIPs: [undefined, undefined, [], null, [IPS[0]], [IPS[0], IPS[1]], [IPS[1]], IPS, [IPS[2]]],
      loadBalancerClass:
        type === "LoadBalancer" ? [undefined, "example.com/a", "example.com/b", "b", null] : [undefined],
      allocateLoadBalancerNodePorts: type === "LoadBalancer" ? [undefined, true, false, false, null] : [undefined],
      externalName: type === "ExternalName" ? ["a.example.com"] : [undefined],
      selector: [undefined, null, {}, { app: "a" }],
      clusterIP: type === "ClusterIP" ? [undefined, "None", ""] : [undefined],
    }),
    ...(type === undefined ? {} : { type }),
    ports: [{ port: 80, ...(type === "LoadBalancer" && random.oneIn(4) ? { nodePort: 30080 } : {}) }],
  };
  const annotations = random.pick([
    undefined,
    null,
    {},
    { [LB_TYPE]: "Internal" },
    { [LB_TYPE]: "External" },
    { [LB_TYPE]: "" },
    { [LB_TYPE]: "Internal", other: "Internal" },
    { other: "Internal" },
  ]);
  return objectOf("v1", "Service", { spec }, { ...metadataOf(random, index), annotations });
}

/** An Ingress. */
export function ingress(random: SeededRandom, index: number): KubeObject {
  const rule = (): KubeObject => ({
    ...pickFields(random, { host: [...HOSTS, ...HOSTS, undefined, null] }),
    ...(random.oneIn(6) ? {} : { http: random.pick([HTTP, HTTP, CHALLENGES, MIXED]) }),
  });
  const entry = (): KubeObject => ({
    ...pickFields(random, { secretName: ["tls", undefined] }),
    hosts: pickList(random, 3, () => random.pick(HOSTS.slice(0, -1))),
  });
  const spec = {
    rules: pickList(random, 3, rule),
    tls: random.oneIn(4) ? undefined : pickList(random, 3, entry),
    ...pickFields(random, {
      defaultBackend: [BACKEND, BACKEND, undefined],
      ingressClassName: [undefined, undefined, null, "internal", "public", "other"],
    }),
  };
  const annotations = {
    ...pickFields(random, {
      [CLASS]: spec.ingressClassName == null ? [undefined, "internal", "public", ""] : [undefined],
      [ALLOW_HTTP]: [undefined, "false", "true", "False", ""],
      other: [undefined, "internal"],
    }),
  };
  const metadata = { ...metadataOf(random, index), annotations: random.oneIn(8) ? null : annotations };
  return objectOf("networking.k8s.io/v1", "Ingress", { spec }, metadata);
}

function metadataOf(random: SeededRandom, index: number): KubeObject {
  return { name: `o-${index}`, namespace: random.pick(NAMESPACES) };
}

function objectOf(apiVersion: string, kind: string, rest: KubeObject, metadata: KubeObject): KubeObject {
  return { apiVersion, kind, metadata, ...rest };
}
