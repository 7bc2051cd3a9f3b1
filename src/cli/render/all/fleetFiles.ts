import { registrationYaml } from "../registrationYaml.ts";
import { markedText } from "./markedText.ts";
import type { RenderedCluster } from "./renderFleet.ts";

/** Names of the files in the folder of a cluster. */
export const FILES = ["kustomization.yaml", "registrations.yaml"] as const;

/** The name of a file in the folder of a cluster. */
export type FileName = (typeof FILES)[number];

const KUSTOMIZATION = `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - registrations.yaml
`;

/** The files of one cluster. The same gate and settings give the same bytes. */
export function fleetFiles(
  gate: string,
  { cluster, objects, isSynced }: RenderedCluster,
): Readonly<Record<FileName, string>> {
  return {
    "kustomization.yaml": markedText(cluster.name, gate, KUSTOMIZATION),
    "registrations.yaml": markedText(cluster.name, gate, registrationYaml(objects, isSynced ? SYNCED : APPLY)),
  };
}

const APPLY = ["Apply it server-side: a CustomResourceDefinition in it is only its conversion."];
const SYNCED = [...APPLY, "postern sync owns url and caBundle. What applies this file must ignore both."];
