import { expect, it } from "vitest";
import { asDeclared } from "../../../src/policies/sidecar/asDeclared.ts";

const tokenMount = {
  name: "kube-api-access-x7k2p",
  readOnly: true,
  mountPath: "/var/run/secrets/kubernetes.io/serviceaccount",
};
const defaults = {
  terminationMessagePath: "/dev/termination-log",
  terminationMessagePolicy: "File",
  imagePullPolicy: "IfNotPresent",
  resources: {},
};

it.each<[what: string, found: unknown, declared: unknown]>([
  ["an equal object", { a: [1, { b: null }] }, { a: [1, { b: null }] }],
  ["the defaults of a container", { image: "a:1", ...defaults }, { image: "a:1" }],
  ["the pull policy of AlwaysPullImages", { image: "a:1", imagePullPolicy: "Always" }, { image: "a:1" }],
  [
    "the defaults of ports and probes",
    {
      ports: [{ containerPort: 80, protocol: "TCP" }],
      livenessProbe: {
        httpGet: { port: 80, path: "/", scheme: "HTTP", protocol: "HTTP1" },
        timeoutSeconds: 1,
        periodSeconds: 10,
        successThreshold: 1,
        failureThreshold: 3,
      },
    },
    { ports: [{ containerPort: 80 }], livenessProbe: { httpGet: { port: 80 } } },
  ],
  [
    "the defaults of volumes",
    {
      secret: { secretName: "a", defaultMode: 420 },
      hostPath: { path: "/x", type: "" },
      projected: { defaultMode: 420, sources: [{ serviceAccountToken: { path: "t", expirationSeconds: 3600 } }] },
    },
    {
      secret: { secretName: "a" },
      hostPath: { path: "/x" },
      projected: { sources: [{ serviceAccountToken: { path: "t" } }] },
    },
  ],
  ["the mount of a token", { volumeMounts: [tokenMount] }, {}],
  [
    "the mount of a token after others",
    { volumeMounts: [{ name: "a" }, tokenMount] },
    { volumeMounts: [{ name: "a" }] },
  ],
  [
    "requests and limits of a LimitRange",
    { resources: { requests: { cpu: "1", memory: "1Gi" }, limits: { memory: "1Gi" } } },
    { resources: { requests: { cpu: 1 } } },
  ],
  ["requests and limits where none are declared", { resources: { requests: { cpu: "1" } } }, {}],
  [
    "quantities that the API server has rewritten",
    { limits: { cpu: "500m", memory: "1Gi" } },
    { limits: { cpu: 0.5, memory: "1024Mi" } },
  ],
  [
    "a size limit that the API server has rewritten",
    { emptyDir: { sizeLimit: "1Gi" } },
    { emptyDir: { sizeLimit: "1024Mi" } },
  ],
  [
    "an object without empty members",
    { name: "a" },
    { name: "a", env: [], stdin: false, workingDir: "", port: 0, x: null, y: {} },
  ],
  ["an object without an undefined member", {}, { a: undefined }],
])("asDeclared leaves as it is: %s", (_what, found, declared) => {
  expect(asDeclared(found, declared)).toEqual(found);
});

const container = { name: "proxy", image: "proxy:1", args: ["run"], securityContext: { runAsNonRoot: true } };
it.each<[what: string, more: object]>([
  ["a command", { command: ["/bin/true"] }],
  ["a variable", { env: [{ name: "PROXY_OFF", value: "1" }] }],
  ["variables from a ConfigMap", { envFrom: [{ configMapRef: { name: "a" } }] }],
  ["a privilege", { securityContext: { runAsNonRoot: true, privileged: true } }],
  ["a user", { securityContext: { runAsNonRoot: true, runAsUser: 0 } }],
  ["a lifecycle hook", { lifecycle: { postStart: { exec: { command: ["kill", "1"] } } } }],
  ["a probe that fails", { livenessProbe: { exec: { command: ["false"] } } }],
  ["a mount over a file of the image", { volumeMounts: [{ name: "v", mountPath: "/bin" }] }],
  ["a mount that looks like the token's", { volumeMounts: [{ ...tokenMount, mountPath: "/etc/proxy" }] }],
  ["a working directory", { workingDir: "/tmp" }],
  ["a pull policy that uses what the node has", { imagePullPolicy: "Never" }],
  ["a restart policy", { restartPolicy: "Always" }],
  ["a claim of a device", { resources: { claims: [{ name: "gpu" }] } }],
  ["a port", { ports: [{ containerPort: 1 }] }],
])("asDeclared removes what is not declared: %s", (_what, more) => {
  const { resources: _, ...made } = Object(asDeclared({ ...container, ...defaults, ...more }, container));
  const { resources: __, ...rest } = defaults;
  expect(made).toEqual({ ...container, ...rest, ...("imagePullPolicy" in more ? { imagePullPolicy: undefined } : {}) });
});

it("asDeclared removes elements that are not declared from lists, and a source from a volume without one", () => {
  expect(asDeclared({ m: [{ n: 0 }, { n: 1, o: 2 }, { n: 3 }] }, { m: [{ n: 1 }] })).toEqual({ m: [{ n: 1 }] });
  expect(asDeclared({ name: "v", hostPath: { path: "/" } }, { name: "v" })).toEqual({ name: "v" });
  expect(asDeclared({ name: "v", secret: { defaultMode: 0 } }, { name: "v", secret: {} })).toEqual({
    name: "v",
    secret: {},
  });
});

it.each<[what: string, found: unknown, declared: unknown]>([
  ["another value", { image: "a:2" }, { image: "a:1" }],
  ["a missing member", {}, { image: "a:1" }],
  ["longer arguments", { args: ["a", "b"] }, { args: ["a"] }],
  ["no arguments", {}, { args: ["a"] }],
  ["a missing element", { m: [{ n: 1 }] }, { m: [{ n: 1 }, { n: 2 }] }],
  ["one element for two equal ones", { m: [{ n: 1 }] }, { m: [{ n: 1 }, { n: 1 }] }],
  ["elements in another order", { m: [{ n: 2 }, { n: 1 }] }, { m: [{ n: 1 }, { n: 2 }] }],
  ["another quantity", { requests: { cpu: "1" } }, { requests: { cpu: "1m" } }],
  ["a missing quantity", { requests: {} }, { requests: { cpu: "1" } }],
  ["invalid quantities", { requests: { cpu: "x" } }, { requests: { cpu: "x" } }],
  ["equal numbers in members without quantities", { value: "1000m" }, { value: "1" }],
  ["an absent member of a security context", {}, { allowPrivilegeEscalation: false }],
  ["another user", { runAsUser: 1 }, { runAsUser: 0 }],
  ["a list for an object", { a: [] }, { a: { b: 1 } }],
  ["an object for a list", { a: {} }, { a: [{ b: 1 }] }],
  ["null for an object", { a: null }, { a: { b: 1 } }],
  ["an inherited member", {}, { constructor: { name: "Object" } }],
])("asDeclared returns undefined for %s", (_what, found, declared) => {
  expect(asDeclared(found, declared)).toBeUndefined();
});

it("asDeclared keeps a host port that is not declared only with the network of the node", () => {
  const found = { ports: [{ containerPort: 80, hostPort: 80 }] };
  const declared = { ports: [{ containerPort: 80 }] };
  expect(asDeclared(found, declared)).toEqual(declared);
  expect(asDeclared(found, declared, true)).toEqual(found);
  expect(asDeclared({ ports: [{ containerPort: 80, hostPort: 81 }] }, declared, true)).toEqual(declared);
});
