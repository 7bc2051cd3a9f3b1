import { addTolerations } from "../defaults/addTolerations.ts";
import { addTopologySpread } from "../defaults/addTopologySpread.ts";
import { setImagePullPolicy } from "../defaults/setImagePullPolicy.ts";
import { setNodeSelector } from "../defaults/setNodeSelector.ts";
import { setResourceDefaults } from "../defaults/setResourceDefaults.ts";
import { setSecurityContextDefaults } from "../defaults/setSecurityContextDefaults.ts";
import { rewriteImageRegistry } from "../images/rewriteImageRegistry.ts";
import { addAnnotations } from "../labels/addAnnotations.ts";
import { addLabels } from "../labels/addLabels.ts";
import { injectSidecar } from "../sidecar/injectSidecar.ts";
import type { CatalogueEntry } from "./CatalogueEntry.ts";

/** A Pod with lines in its metadata and its spec. */
const pod = (spec: string, metadata = "  name: web\n"): string =>
  `apiVersion: v1\nkind: Pod\nmetadata:\n${metadata}spec:\n${spec}`;

const WEB = `  containers:
    - name: web
      image: nginx:1.27
`;

/** The built-in mutators: the object before, and the object after. */
export const mutators: readonly CatalogueEntry[] = [
  {
    builtin: "addAnnotations",
    make: () => addAnnotations({ annotations: { "example.com/team": "shop" } }),
    options: '{ annotations: { "example.com/team": "shop" } }',
    why: "Tools read annotations: who owns an object, what scrapes it, where its costs go. People forget them.",
    controls: [],
    passing: pod(WEB),
    failing: pod(WEB, "  name: web\n  annotations:\n    example.com/team: shop\n"),
  },
  {
    builtin: "addLabels",
    make: () => addLabels({ labels: { "example.com/team": "shop" } }),
    options: '{ labels: { "example.com/team": "shop" } }',
    why: "Costs, alerts and network policies are by label. An object without the label is in none of them.",
    controls: [],
    passing: pod(WEB),
    failing: pod(WEB, "  name: web\n  labels:\n    example.com/team: shop\n"),
  },
  {
    builtin: "addTolerations",
    make: () => addTolerations({ tolerations: [{ key: "spot", operator: "Exists", effect: "NoSchedule" }] }),
    options: '{ tolerations: [{ key: "spot", operator: "Exists", effect: "NoSchedule" }] }',
    why: "Nodes of a team or of a kind have taints. With the toleration only some namespaces can use them, and no manifest names them.",
    controls: [],
    passing: pod(WEB),
    failing: pod(`${WEB}  tolerations:\n    - key: spot\n      operator: Exists\n      effect: NoSchedule\n`),
  },
  {
    builtin: "addTopologySpread",
    make: () => addTopologySpread(),
    options: "",
    why: "The scheduler may put all Pods of a workload into one zone, and all of them fail with it.",
    controls: [],
    passing: pod(WEB, "  name: web\n  labels:\n    app: web\n"),
    failing: pod(
      `${WEB}  topologySpreadConstraints:
    - topologyKey: topology.kubernetes.io/zone
      maxSkew: 1
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          app: web
`,
      "  name: web\n  labels:\n    app: web\n",
    ),
  },
  {
    builtin: "injectSidecar",
    make: () =>
      injectSidecar({
        initContainers: [{ name: "proxy", image: "registry.example.com/proxy:1.4", restartPolicy: "Always" }],
      }),
    options:
      '{ initContainers: [{ name: "proxy", image: "registry.example.com/proxy:1.4", restartPolicy: "Always" }] }',
    why: "A proxy or an agent is beside each container of a namespace, and no manifest has to name it.",
    controls: [],
    fields: ["metadata.annotations", "spec.containers", "spec.volumes"],
    passing: pod(WEB),
    failing: pod(
      `  initContainers:
    - name: proxy
      image: registry.example.com/proxy:1.4
      restartPolicy: Always
${WEB}`,
    ),
  },
  {
    builtin: "rewriteImageRegistry",
    make: () => rewriteImageRegistry({ mirrors: { "docker.io/": "registry.example.com/docker/" } }),
    options: '{ mirrors: { "docker.io/": "registry.example.com/docker/" } }',
    why: "A public registry has limits and failures. Images of a mirror start without it, and manifests stay as their authors wrote them.",
    controls: [],
    fields: ["spec.volumes[].image.reference"],
    passing: pod(WEB),
    failing: pod(WEB.replace("nginx:1.27", "registry.example.com/docker/library/nginx:1.27")),
  },
  {
    builtin: "setImagePullPolicy",
    make: () => setImagePullPolicy(),
    options: "",
    why: "A node starts an image that it has without asking the registry, so a Pod can use the private image of another team.",
    controls: [],
    fields: ["spec.volumes[].image.pullPolicy"],
    passing: pod(`${WEB}      imagePullPolicy: IfNotPresent\n`),
    failing: pod(`${WEB}      imagePullPolicy: Always\n`),
  },
  {
    builtin: "setNodeSelector",
    make: () => setNodeSelector({ nodeSelector: { "example.com/pool": "shop" } }),
    options: '{ nodeSelector: { "example.com/pool": "shop" } }',
    why: "The Pods of a namespace run on the nodes of their team, and not beside those of others.",
    controls: [],
    passing: pod(WEB),
    failing: pod(`${WEB}  nodeSelector:\n    example.com/pool: shop\n`),
  },
  {
    builtin: "setResourceDefaults",
    make: () => setResourceDefaults({ requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "256Mi" } }),
    options: '{ requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "256Mi" } }',
    why: "Without requests the scheduler fills a node with Pods that it cannot hold. Without limits one of them takes what the others need.",
    controls: ["NSA: Resource policies"],
    passing: pod(WEB),
    failing: pod(`${WEB}      resources:
        requests:
          cpu: 100m
          memory: 128Mi
        limits:
          memory: 256Mi
`),
  },
  {
    builtin: "setSecurityContextDefaults",
    make: () => setSecurityContextDefaults(),
    options: "",
    why: "Most containers run with more rights than they need, because nobody wrote down fewer. A Pod that needs them can still say so.",
    controls: [
      "PSS restricted: Privilege Escalation",
      "PSS restricted: Running as Non-root",
      "PSS restricted: Seccomp",
      "PSS restricted: Capabilities",
    ],
    fields: ["spec.containers[].securityContext.readOnlyRootFilesystem"],
    passing: pod(WEB),
    failing: pod(`${WEB}      securityContext:
        runAsNonRoot: true
        seccompProfile:
          type: RuntimeDefault
        allowPrivilegeEscalation: false
        capabilities:
          drop: [ALL]
`),
  },
];
