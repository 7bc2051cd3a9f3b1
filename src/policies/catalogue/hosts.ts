import { disallowHostNamespaces } from "../security/disallowHostNamespaces.ts";
import { limitHostPaths } from "../security/limitHostPaths.ts";
import { limitHostPorts } from "../security/limitHostPorts.ts";
import { limitVolumeTypes } from "../security/limitVolumeTypes.ts";
import type { CatalogueEntry } from "./CatalogueEntry.ts";
import { podManifest } from "./podManifest.ts";

/** The built-in policies on what a Pod has of its node. */
export const hosts: readonly CatalogueEntry[] = [
  {
    builtin: "disallowHostNamespaces",
    make: () => disallowHostNamespaces(),
    options: "",
    why: "A Pod in the namespaces of its node sees the processes and the traffic of all others, and NetworkPolicies do not hold it.",
    controls: ["PSS baseline: Host Namespaces", "CIS 5.2.3", "CIS 5.2.4", "CIS 5.2.5", "NSA: Pod security enforcement"],
    passing: podManifest("", "hostNetwork: false"),
    failing: podManifest("", "hostNetwork: true\nhostPID: true"),
  },
  {
    builtin: "limitHostPaths",
    make: () => limitHostPaths({ allowed: [{ path: "/var/log", readOnly: true }] }),
    options: '{ allowed: [{ path: "/var/log", readOnly: true }] }',
    why: "Folders of a node hold the credentials of its kubelet and the volumes of its other Pods. Agents need few of them, and most only to read.",
    controls: ["PSS baseline: HostPath Volumes", "CIS 5.2.12", "NSA: Pod security enforcement"],
    passing: podManifest(
      "volumeMounts:\n  - name: logs\n    mountPath: /logs\n    readOnly: true",
      "volumes:\n  - name: logs\n    hostPath:\n      path: /var/log/pods",
    ),
    failing: podManifest(
      "volumeMounts:\n  - name: node\n    mountPath: /node",
      "volumes:\n  - name: node\n    hostPath:\n      path: /",
    ),
  },
  {
    builtin: "limitHostPorts",
    make: () => limitHostPorts({ allowed: [{ min: 9100, max: 9199 }] }),
    options: "{ allowed: [{ min: 9100, max: 9199 }] }",
    why: "A host port is open to whoever reaches the node, past Services and often past NetworkPolicies. Two Pods with the same one cannot run on one node.",
    controls: ["PSS baseline: Host Ports", "CIS 5.2.13"],
    passing: podManifest("ports:\n  - containerPort: 9100\n    hostPort: 9100"),
    failing: podManifest("ports:\n  - containerPort: 8080\n    hostPort: 80"),
  },
  {
    builtin: "limitVolumeTypes",
    make: () => limitVolumeTypes(),
    options: "",
    why: "Some types of volumes lead to the node or to any server of the network, with no claim that an administrator sees.",
    controls: ["PSS restricted: Volume Types"],
    passing: podManifest("", "volumes:\n  - name: data\n    persistentVolumeClaim:\n      claimName: data"),
    failing: podManifest("", "volumes:\n  - name: data\n    nfs:\n      server: 10.0.0.5\n      path: /export"),
  },
];
