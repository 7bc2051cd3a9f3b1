/** Values of a field. `odd` ones are not accepted by API validation, or only beside others. Undefined removes the field. */
export interface FieldValues {
  readonly path: string;
  readonly values: readonly unknown[];
  readonly odd?: readonly unknown[];
}

const BOOLEANS = [true, false, undefined];
const LOCALHOST = { type: "Localhost", localhostProfile: "profile.json" };
const PROFILES = [{ type: "RuntimeDefault" }, LOCALHOST, { type: "Unconfined" }, undefined];
const ODD_PROFILES = [{}, { type: "" }, { type: "runtimedefault" }, { type: "Other" }];
const SELINUX = [
  {},
  { type: "container_t" },
  { type: "container_init_t", level: "s0:c1,c2" },
  { type: "container_kvm_t" },
  { type: "container_engine_t" },
  { type: "spc_t" },
  { user: "system_u" },
  { role: "system_r" },
  { type: "other_t", user: "u", role: "r" },
  { type: "", user: "", role: "" },
  undefined,
];

/** The fields that a Pod and a container share. */
const CONTEXT: readonly FieldValues[] = [
  { path: "securityContext", values: [undefined, {}] },
  { path: "securityContext.runAsNonRoot", values: BOOLEANS },
  { path: "securityContext.runAsUser", values: [0, 1, 1000, undefined] },
  { path: "securityContext.seccompProfile", values: PROFILES, odd: ODD_PROFILES },
  { path: "securityContext.appArmorProfile", values: PROFILES, odd: ODD_PROFILES },
  { path: "securityContext.seLinuxOptions", values: SELINUX },
  { path: "securityContext.windowsOptions", values: [undefined], odd: [{}, { hostProcess: false }] },
  { path: "securityContext.windowsOptions.hostProcess", values: [undefined], odd: [true, false] },
];

const SYSCTLS = [
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_reserved_ports",
  "net.ipv4.tcp_keepalive_time",
  "net.ipv4.tcp_rmem",
  "net.ipv4.tcp_notsent_lowat",
  "kernel.msgmax",
  "net.core.somaxconn",
].map((name) => ({ name, value: "1" }));

/** Fields of a Pod's spec that a control reads. */
export const POD_FIELDS: readonly FieldValues[] = [
  ...CONTEXT,
  { path: "hostNetwork", values: BOOLEANS },
  { path: "hostPID", values: BOOLEANS },
  { path: "hostIPC", values: BOOLEANS },
  { path: "hostUsers", values: BOOLEANS },
  {
    path: "os",
    values: [{ name: "linux" }, { name: "windows" }, undefined],
    odd: [{}, { name: "" }, { name: "Windows" }],
  },
  {
    path: "securityContext.sysctls",
    values: [[], ...SYSCTLS.map((it) => [it]), [SYSCTLS[0], SYSCTLS[5]], undefined],
    odd: [SYSCTLS, [{ name: "", value: "" }], [SYSCTLS[1], SYSCTLS[1]]],
  },
];

const CAPABILITIES = [
  {},
  { drop: ["ALL"] },
  { drop: ["ALL"], add: ["NET_BIND_SERVICE"] },
  { drop: ["ALL"], add: ["CHOWN", "SYS_ADMIN"] },
  { drop: ["NET_RAW"] },
  { drop: ["KILL", "ALL"], add: [] },
  { add: ["CHOWN"] },
  { add: ["NET_ADMIN", "NET_RAW", "NET_BIND_SERVICE"] },
  undefined,
];
const HANDLERS = [
  { httpGet: { port: 80, path: "/" } },
  { httpGet: { port: 80, host: "" } },
  { httpGet: { port: 80, host: "example.com" } },
  { httpGet: { port: 80, host: "127.0.0.1" } },
  { tcpSocket: { port: 80 } },
  { tcpSocket: { port: 80, host: "10.0.0.1" } },
  { exec: { command: ["true"] } },
  undefined,
];
const ODD_HANDLERS = [{}, { httpGet: { port: 80, host: "a" }, tcpSocket: { port: 80, host: "b" } }];

/** Fields of a container that a control reads. */
export const CONTAINER_FIELDS: readonly FieldValues[] = [
  ...CONTEXT,
  { path: "securityContext.privileged", values: BOOLEANS },
  { path: "securityContext.allowPrivilegeEscalation", values: BOOLEANS },
  { path: "securityContext.procMount", values: ["Default", "Unmasked", undefined], odd: ["", "Other", "default"] },
  {
    path: "securityContext.capabilities",
    values: CAPABILITIES,
    odd: [
      { add: ["", "chown"], drop: ["all"] },
      { add: ["ALL"], drop: [""] },
    ],
  },
  {
    path: "ports",
    values: [
      [],
      [{ containerPort: 80 }],
      [{ containerPort: 80, hostPort: 80 }],
      [{ containerPort: 81, hostPort: 0 }],
      undefined,
    ],
    odd: [
      [
        { containerPort: 1, hostPort: 8080 },
        { containerPort: 2, hostPort: 9090 },
      ],
      [{ containerPort: 1, hostPort: -1 }],
    ],
  },
  { path: "livenessProbe", values: HANDLERS, odd: ODD_HANDLERS },
  { path: "readinessProbe", values: HANDLERS, odd: ODD_HANDLERS },
  { path: "startupProbe", values: HANDLERS, odd: ODD_HANDLERS },
  { path: "lifecycle.postStart", values: HANDLERS, odd: ODD_HANDLERS },
  { path: "lifecycle.preStop", values: HANDLERS, odd: ODD_HANDLERS },
];

/** Sources of volumes. */
export const VOLUMES: readonly object[] = [
  { emptyDir: {} },
  { configMap: { name: "a" } },
  { secret: { secretName: "a" } },
  { downwardAPI: {} },
  { projected: { sources: [{ configMap: { name: "a" } }] } },
  { persistentVolumeClaim: { claimName: "a" } },
  { csi: { driver: "csi.example.com" } },
  { image: { reference: "registry.example.com/data:1" } },
  {
    ephemeral: {
      volumeClaimTemplate: {
        spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
      },
    },
  },
  { hostPath: { path: "/" } },
  { nfs: { server: "a", path: "/" } },
  { iscsi: { targetPortal: "1.2.3.4:3260", iqn: "iqn.2001-04.com.example:a", lun: 0 } },
  { gcePersistentDisk: { pdName: "a" } },
  { awsElasticBlockStore: { volumeID: "a" } },
  { glusterfs: { endpoints: "a", path: "b" } },
  { rbd: { monitors: ["a"], image: "b" } },
  { flexVolume: { driver: "example.com/a" } },
  { cinder: { volumeID: "a" } },
  { cephfs: { monitors: ["a"] } },
  { flocker: { datasetName: "a" } },
  { fc: { targetWWNs: ["a"], lun: 0 } },
  { azureFile: { secretName: "a", shareName: "b" } },
  { vsphereVolume: { volumePath: "a" } },
  { quobyte: { registry: "a:1", volume: "b" } },
  { azureDisk: { diskName: "a", diskURI: "https://example.com/a" } },
  { photonPersistentDisk: { pdID: "a" } },
  { portworxVolume: { volumeID: "a" } },
  { scaleIO: { gateway: "a", system: "b", secretRef: { name: "c" }, volumeName: "d" } },
  { storageos: { volumeName: "a" } },
  { gitRepo: { repository: "https://example.com/a" } },
];

/** Sources that API validation does not accept. */
export const ODD_VOLUMES: readonly object[] = [
  {},
  { emptyDir: {}, hostPath: { path: "/" } },
  { hostPath: {} },
  { configMap: {} },
];

const APP_ARMOR = "container.apparmor.security.beta.kubernetes.io/";
const SECCOMP = "container.seccomp.security.alpha.kubernetes.io/";

/** Annotations that a control reads, with their values. */
export const ANNOTATIONS: readonly { readonly key: string; readonly values: readonly string[] }[] = [
  ...["app", "second", "init", "nobody"].flatMap((name) => [
    { key: APP_ARMOR + name, values: ["runtime/default", "localhost/a", "unconfined", ""] },
    { key: SECCOMP + name, values: ["runtime/default", "docker/default", "localhost/a", "unconfined"] },
  ]),
  {
    key: "seccomp.security.alpha.kubernetes.io/pod",
    values: ["runtime/default", "docker/default", "localhost/a", "unconfined"],
  },
];

/** Annotation values that API validation does not accept, or keys that no control reads. */
export const ODD_ANNOTATIONS: readonly { readonly key: string; readonly values: readonly string[] }[] = [
  { key: "container.apparmor.security.beta.kubernetes.io/", values: ["x", "localhost"] },
  { key: "seccomp.security.alpha.kubernetes.io/pod", values: ["", "localhost", "RuntimeDefault"] },
  { key: `${SECCOMP}app`, values: ["", "other"] },
  { key: "container.apparmor.security.beta.kubernetes.io", values: ["unconfined"] },
];
