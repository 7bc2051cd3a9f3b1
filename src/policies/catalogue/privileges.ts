import { disallowPrivileged } from "../security/disallowPrivileged.ts";
import { disallowPrivilegeEscalation } from "../security/disallowPrivilegeEscalation.ts";
import { disallowSecretsInEnv } from "../security/disallowSecretsInEnv.ts";
import { limitCapabilities } from "../security/limitCapabilities.ts";
import { limitUserIds } from "../security/limitUserIds.ts";
import { requireNonRoot } from "../security/requireNonRoot.ts";
import { requireReadOnlyRootFilesystem } from "../security/requireReadOnlyRootFilesystem.ts";
import type { CatalogueEntry } from "./CatalogueEntry.ts";
import { podManifest } from "./podManifest.ts";

/** The built-in policies on what the processes of a container may do. */
export const privileges: readonly CatalogueEntry[] = [
  {
    builtin: "disallowPrivileged",
    make: () => disallowPrivileged(),
    options: "",
    why: "A privileged container has all rights of root on its node, and so on all Pods there.",
    controls: [
      "PSS baseline: Privileged Containers",
      "PSS baseline: HostProcess",
      "CIS 5.2.2",
      "CIS 5.2.11",
      "NSA: Pod security enforcement",
    ],
    fields: ["spec.securityContext.windowsOptions.hostProcess"],
    passing: podManifest("securityContext:\n  privileged: false"),
    failing: podManifest("securityContext:\n  privileged: true"),
  },
  {
    builtin: "disallowPrivilegeEscalation",
    make: () => disallowPrivilegeEscalation(),
    options: "",
    why: "With a setuid program in its image, a process of a user without rights becomes root.",
    controls: ["PSS restricted: Privilege Escalation", "CIS 5.2.6", "NSA: Pod security enforcement"],
    passing: podManifest("securityContext:\n  allowPrivilegeEscalation: false"),
    failing: podManifest(""),
  },
  {
    builtin: "requireNonRoot",
    make: () => requireNonRoot(),
    options: "",
    why: "Root in a container is root for the kernel of the node. A fault of the runtime or a mounted folder is then enough to take the node.",
    controls: [
      "PSS restricted: Running as Non-root",
      "PSS restricted: Running as Non-root user",
      "CIS 5.2.7",
      "NSA: Non-root containers",
    ],
    fields: [
      "spec.hostUsers",
      "spec.securityContext.runAsNonRoot",
      "spec.securityContext.runAsUser",
      "spec.securityContext.windowsOptions.runAsUserName",
    ],
    passing: podManifest("", "securityContext:\n  runAsNonRoot: true"),
    failing: podManifest("securityContext:\n  runAsUser: 0", "securityContext:\n  runAsNonRoot: true"),
  },
  {
    builtin: "limitUserIds",
    make: () => limitUserIds({ runAsUser: [{ min: 1000, max: 1999 }], required: ["runAsUser"] }),
    options: '{ runAsUser: [{ min: 1000, max: 1999 }], required: ["runAsUser"] }',
    why: "Files on shared volumes belong to ids. A team that keeps to its range cannot read those of another one, and the group 0 owns many files of an image.",
    controls: ["CIS 5.2.7", "NSA: Non-root containers"],
    fields: ["spec.securityContext.runAsGroup", "spec.securityContext.runAsUser"],
    passing: podManifest("securityContext:\n  runAsUser: 1500", "securityContext:\n  fsGroup: 1500"),
    failing: podManifest("", "securityContext:\n  runAsUser: 500\n  fsGroup: 0"),
  },
  {
    builtin: "limitCapabilities",
    make: () => limitCapabilities(),
    options: "",
    why: "Capabilities are parts of the rights of root. Runtimes give each container some, such as that to forge packets; most programs need none.",
    controls: [
      "PSS restricted: Capabilities",
      "PSS baseline: Capabilities",
      "CIS 5.2.8",
      "CIS 5.2.9",
      "CIS 5.2.10",
      "NSA: Pod security enforcement",
    ],
    passing: podManifest("securityContext:\n  capabilities:\n    drop: [ALL]\n    add: [NET_BIND_SERVICE]"),
    failing: podManifest("securityContext:\n  capabilities:\n    add: [SYS_ADMIN]"),
  },
  {
    builtin: "requireReadOnlyRootFilesystem",
    make: () => requireReadOnlyRootFilesystem(),
    options: "",
    why: "An intruder cannot change programs or bring tools along where nothing can be written. What must be written goes to a volume.",
    controls: ["NSA: Immutable container file systems"],
    passing: podManifest(
      "securityContext:\n  readOnlyRootFilesystem: true\nvolumeMounts:\n  - name: tmp\n    mountPath: /tmp",
      "volumes:\n  - name: tmp\n    emptyDir: {}",
    ),
    failing: podManifest(""),
  },
  {
    builtin: "disallowSecretsInEnv",
    make: () => disallowSecretsInEnv(),
    options: "",
    why: "Variables are shown by crash reports, debug pages and child processes, and keep the old value when a Secret changes. Files do neither.",
    controls: ["CIS 5.4.1"],
    passing: podManifest(
      "volumeMounts:\n  - name: db\n    mountPath: /run/secrets/db\n    readOnly: true",
      "volumes:\n  - name: db\n    secret:\n      secretName: db",
    ),
    failing: podManifest(
      "env:\n  - name: DB_PASSWORD\n    valueFrom:\n      secretKeyRef:\n        name: db\n        key: password",
    ),
  },
];
