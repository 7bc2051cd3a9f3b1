import { disallowLoadBalancers } from "../network/disallowLoadBalancers.ts";
import { disallowNodePorts } from "../network/disallowNodePorts.ts";
import { disallowWildcardHosts } from "../network/disallowWildcardHosts.ts";
import { limitExternalIps } from "../network/limitExternalIps.ts";
import { limitIngressClasses } from "../network/limitIngressClasses.ts";
import { requireIngressTls } from "../network/requireIngressTls.ts";
import type { CatalogueEntry } from "./CatalogueEntry.ts";

/** A Service with lines in its spec, and in its metadata. */
const service = (spec: string, metadata = ""): string =>
  `apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: shop
${metadata}spec:
${spec}  selector:
    app: web
  ports:
    - port: 80
`;

const PATHS = `      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: web
                port:
                  number: 80
`;

/** An Ingress for a host, with lines in its spec. */
const ingress = (host: string, spec = ""): string =>
  `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  namespace: shop
spec:
${spec}  rules:
    - host: "${host}"
${PATHS}`;

const TLS = `  tls:
    - hosts: [shop.example.com]
      secretName: shop-tls
`;

/** The built-in policies on Services and Ingresses. */
export const network: readonly CatalogueEntry[] = [
  {
    builtin: "disallowLoadBalancers",
    make: () => disallowLoadBalancers({ allowedAnnotations: { "networking.gke.io/load-balancer-type": "Internal" } }),
    options: '{ allowedAnnotations: { "networking.gke.io/load-balancer-type": "Internal" } }',
    why: "Each Service of this type orders a load balancer from the provider. It costs money, and its address is often public.",
    controls: [],
    fields: ["metadata.annotations", "spec.loadBalancerClass"],
    passing: service("  type: LoadBalancer\n", "  annotations:\n    networking.gke.io/load-balancer-type: Internal\n"),
    failing: service("  type: LoadBalancer\n"),
  },
  {
    builtin: "disallowNodePorts",
    make: () => disallowNodePorts(),
    options: "",
    why: "A port on each node goes around the Ingress, its TLS and its authentication, and often around network policies.",
    controls: [],
    fields: ["spec.ports[].nodePort"],
    passing: service("  type: ClusterIP\n"),
    failing: service("  type: NodePort\n"),
  },
  {
    builtin: "disallowWildcardHosts",
    make: () => disallowWildcardHosts(),
    options: "",
    why: "An Ingress for a wildcard, or without a host, takes requests for hosts of other teams.",
    controls: [],
    passing: ingress("shop.example.com"),
    failing: ingress("*.example.com"),
  },
  {
    builtin: "limitExternalIps",
    make: () => limitExternalIps({ allowed: ["203.0.113.7"] }),
    options: '{ allowed: ["203.0.113.7"] }',
    why: "A Service with an external IP receives what the cluster sends to this address, also when it belongs to somebody else.",
    controls: ["CVE-2020-8554", "CIS 1.2.3"],
    passing: service('  externalIPs: ["203.0.113.7"]\n'),
    failing: service('  externalIPs: ["8.8.8.8"]\n'),
  },
  {
    builtin: "limitIngressClasses",
    make: () => limitIngressClasses({ allowed: ["internal"] }),
    options: '{ allowed: ["internal"] }',
    why: "The class decides which controller serves an Ingress. A wrong one makes an internal service public.",
    controls: [],
    passing: ingress("shop.example.com", "  ingressClassName: internal\n"),
    failing: ingress("shop.example.com", "  ingressClassName: public\n"),
  },
  {
    builtin: "requireIngressTls",
    make: () => requireIngressTls(),
    options: "",
    why: "Without TLS, passwords and cookies can be read and changed on the way.",
    controls: ["NSA: Encryption"],
    fields: ["metadata.annotations"],
    passing: ingress("shop.example.com", TLS),
    failing: ingress("pay.example.com", TLS),
  },
];
