import type { AdmissionFiles } from "./admissionConfig.ts";

/** Where the files go on the hosts of the API server, and when it reads them. `hasConversions`: the gate has, or may have, some. */
export function placementText(files: AdmissionFiles, hasConversions: boolean): string {
  const { config, kubeconfig, certificate, token } = files;
  const lines = [
    "On each host of kube-apiserver:",
    `  ${config}  the first document`,
    `  ${kubeconfig}  the second document`,
    ...(certificate === undefined
      ? []
      : [`  ${certificate.file}  the client certificate`, `  ${certificate.key}  its key, mode 0600`]),
    ...(token === undefined ? [] : [`  ${token}  the token, mode 0600; it has one of the cluster's audiences`]),
    "Give kube-apiserver the flag",
    `  --admission-control-config-file=${config}`,
    "When the flag names another file already, add the plugins to that file instead.",
    "In a static Pod, mount the folder.",
    "kube-apiserver reads the two documents only when it starts: restart it. Apply",
    "the registrations after that: without one of the files it cannot call the gate.",
    ...(certificate === undefined
      ? []
      : ["New connections use a renewed certificate at once, all connections within", "5 minutes."]),
    ...(token === undefined ? [] : ["A new token is used within a minute."]),
    ...(hasConversions
      ? [
          "Conversions get no credential from these files: a cluster with conversions also",
          "needs the tier capability, and registrations that have one in their URLs.",
        ]
      : []),
  ];
  return lines.map((line) => `${line}\n`).join("");
}
