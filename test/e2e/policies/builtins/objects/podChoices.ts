import type { FieldChoices } from "./pickFields.ts";

const SHA = "0123456789abcdef".repeat(4);
const DIGEST = `sha256:${SHA}`;

/** Images that the options of a policy name. */
export const LISTED_IMAGES = [
  `registry.example.com/web:1.4.2@${DIGEST}`,
  `registry.example.com/web@${DIGEST}`,
  `registry.example.com/web@sha512:${SHA}${SHA}`,
];

/** Images of any form. Runtimes refuse some of them, and the API server does not look. */
export const ANY_IMAGES = [
  ...LISTED_IMAGES,
  "nginx",
  "nginx:latest",
  "nginx:1.27",
  `nginx@${DIGEST}`,
  `nginx:latest@${DIGEST}`,
  `nginx@sha256:${SHA.toUpperCase()}`,
  `nginx@sha256:${SHA}0`,
  `nginx@md5:${SHA}`,
  "nginx@",
  "nginx:",
  "nginx:@",
  "library/nginx",
  "team/web:1",
  "docker.io/nginx:1",
  "docker.io/library/nginx",
  "docker.io/team/web:latest",
  "index.docker.io/nginx",
  "index.docker.io/team/web:1",
  "localhost/web:1",
  "localhost:5000/web",
  "registry.example.com/web:1.4.2",
  "registry.example.com/tool:latest",
  "registry.example.com/tools/a/b",
  "registry.example.com:5000/web",
  "registry.example.com.evil.com/web:1",
  "registry.example.com",
  "Registry/web",
  "web:latest.1",
  "web:1/latest",
  "é.example.com/web:ü",
  "a//b",
  "a//b:1",
  "nginx:Latest",
  "registry.example.com:5000/web:LATEST",
  "a b:1",
  "a\u00a0b:1",
  "nginx:1\u20032",
  "nginx:l\u0430test",
  `nginx:${"1".repeat(128)}`,
  `nginx:${"1".repeat(129)}`,
  `nginx:lat\u017fest@${DIGEST}`,
  `${"é".repeat(509)}😀:1.2.3.4.5.${"1".repeat(100)}`,
];

/** References of image volumes. */
export const IMAGE_VOLUMES = [
  LISTED_IMAGES[0],
  LISTED_IMAGES[1],
  "nginx",
  "registry.example.com/data:1",
  "registry.example.com/data:Latest",
  "a/b@sha256:0",
];

/** Fields of a Pod's spec. */
export const SPEC_FIELDS: FieldChoices = {
  automountServiceAccountToken: [false, false, true, null, undefined],
  serviceAccountName: ["web", "web", "operator", "default", "", null, undefined],
  priorityClassName: ["web", "batch", "other", "system-node-critical", "", undefined, null],
  restartPolicy: [undefined, undefined, undefined, "Always", "OnFailure", "Never"],
  resources: [
    ...[undefined, undefined, undefined, undefined, null],
    { requests: { cpu: "64" }, limits: { memory: "1Ti" } },
    { requests: { cpu: "64", memory: "1Ti" }, limits: { cpu: "64", memory: "1Ti" } },
  ],
};

const SAFE = { name: "net.ipv4.tcp_syncookies", value: "1" };
const UNSAFE = { name: "kernel.shmmax", value: "1" };

/** Fields of a Pod's security context. */
export const POD_FIELDS: FieldChoices = {
  runAsUser: [undefined, undefined, null, 0, 1000, 1500, 1999, 2000],
  runAsGroup: [undefined, null, 0, 1, 2147483647],
  fsGroup: [undefined, null, 0, 1500],
  supplementalGroups: [undefined, null, [], [0], [1, 2], [5, 0]],
  sysctls: [
    undefined,
    undefined,
    null,
    [],
    [SAFE],
    [UNSAFE],
    [SAFE, UNSAFE],
    [{ name: "net/ipv4/tcp_rmem", value: "1" }],
  ],
};

/** Labels and annotations of Pods: without, with, and with values that the policies do not expect. */
export const POD_LABELS: FieldChoices = {
  team: [undefined, "shop", "shop", "shop-1", "Shop", "42", "", "a--b"],
  "example.com/owner": [undefined, undefined, "ann", ""],
  "example.com/legacy": [undefined, undefined, undefined, "true"],
  "app.kubernetes.io/name": [undefined, "web"],
};
export const POD_ANNOTATIONS: FieldChoices = {
  "example.com/oncall": [undefined, "#shop", "#shop", ""],
  "example.com/phone": [undefined, "+49 30 1", "+49\u00a030\ufeff1", "+49\u008530", "", "ask ann", "1".repeat(1000)],
};

const FULL = { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "1", memory: "1Gi" } };
/** What a container may ask for. Requests are not above limits. */
const RESOURCES = [
  FULL,
  undefined,
  null,
  {},
  { requests: null, limits: {} },
  { limits: { cpu: "1", memory: "1Gi" } },
  { requests: { cpu: "100m", memory: "128Mi" } },
  { requests: { cpu: "0.1", memory: "134217728" }, limits: { cpu: "100m", memory: "0.125Gi" } },
  { requests: { cpu: "99m", memory: "1" }, limits: { cpu: "99999u", memory: "134217727" } },
  { requests: { cpu: "1m", memory: "0" }, limits: { cpu: "2m", memory: "1" } },
  { requests: { cpu: "1n", memory: "1m" }, limits: { memory: "512m" } },
  { requests: { cpu: "0" }, limits: { cpu: "0", memory: "0" } },
  { limits: { cpu: 2, memory: 1e9 } },
  { requests: { cpu: null }, limits: { memory: null } },
  { limits: { "example.com/device": "1" } },
];

const READY = { httpGet: { path: "/", port: 80 } };
const SECRET = { secretKeyRef: { name: "db", key: "a" } };
const OTHER_SECRET = { secretKeyRef: { name: "other", key: "a" } };

/** What a container may have: values that most policies accept, and any. */
export const CONTAINER_FIELDS: Readonly<
  Record<string, { readonly good: readonly unknown[]; readonly any: readonly unknown[] }>
> = {
  imagePullPolicy: { good: ["Always", undefined], any: ["Always", "IfNotPresent", "Never", "", null, undefined] },
  resources: { good: [FULL, FULL, RESOURCES[5]], any: RESOURCES },
  readinessProbe: { good: [READY], any: [READY, null, undefined, { exec: { command: ["a"] } }] },
  livenessProbe: { good: [READY], any: [READY, null, undefined, { tcpSocket: { port: 1 } }] },
  startupProbe: { good: [READY, undefined], any: [READY, null, undefined] },
  "securityContext.readOnlyRootFilesystem": { good: [true], any: [true, false, null, undefined] },
  "securityContext.runAsUser": { good: [1500, 1000, undefined], any: [0, 999, 1000, 1999, 2000, null, undefined] },
  "securityContext.runAsGroup": { good: [1500, undefined], any: [0, 1, null, undefined] },
  "securityContext.seLinuxOptions": {
    good: [undefined],
    any: [
      undefined,
      undefined,
      null,
      {},
      { level: "s0" },
      { level: "s0:c1", type: "spc_t" },
      { user: "u" },
      { role: "r" },
    ],
  },
  env: {
    good: [undefined, [{ name: "A", value: "a" }], []],
    any: [
      undefined,
      null,
      [],
      [{ name: "A", value: null }],
      [{ name: "A", valueFrom: null }],
      [{ name: "A", valueFrom: SECRET }],
      [
        { name: "A", value: "a" },
        { name: "B", valueFrom: OTHER_SECRET },
        { name: "C", valueFrom: SECRET },
      ],
      [{ name: "A", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } }],
    ],
  },
  envFrom: {
    good: [undefined, [{ configMapRef: { name: "a" } }]],
    any: [
      undefined,
      undefined,
      null,
      [],
      [{ secretRef: { name: "db" } }],
      [{ configMapRef: { name: "a" } }, { prefix: "A", secretRef: { name: "other", optional: true } }],
      [{ secretRef: { name: "db" } }, { secretRef: null, configMapRef: { name: "a" } }],
    ],
  },
  ports: {
    good: [undefined, [{ containerPort: 80 }], [{ containerPort: 9100, hostPort: 9100 }]],
    any: [
      undefined,
      undefined,
      null,
      [{ containerPort: 80, hostPort: null }],
      [{ containerPort: 80, hostPort: 9099 }],
      [
        { containerPort: 9199, hostPort: 9199 },
        { containerPort: 9200, hostPort: 9200 },
      ],
    ],
  },
};
