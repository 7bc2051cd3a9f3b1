import { limitAccessModes } from "../storage/limitAccessModes.ts";
import { limitStorageClasses } from "../storage/limitStorageClasses.ts";
import { limitVolumeSizes } from "../storage/limitVolumeSizes.ts";
import type { CatalogueEntry } from "./CatalogueEntry.ts";

/** A claim of a class, with an access mode and a size. */
const claim = (storageClass: string, mode = "ReadWriteOnce", size = "10Gi"): string =>
  `apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: data
  namespace: shop
spec:
  storageClassName: ${storageClass}
  accessModes: [${mode}]
  resources:
    requests:
      storage: ${size}
`;

/** The built-in policies on PersistentVolumeClaims. */
export const storage: readonly CatalogueEntry[] = [
  {
    builtin: "limitAccessModes",
    make: () => limitAccessModes(),
    options: "",
    why: "Many storage classes cannot share a volume between nodes. Such a claim waits without end, and its Pods with it.",
    controls: [],
    passing: claim("standard"),
    failing: claim("standard", "ReadWriteMany"),
  },
  {
    builtin: "limitStorageClasses",
    make: () => limitStorageClasses({ allowed: ["standard"] }),
    options: '{ allowed: ["standard"] }',
    why: "Classes differ in price, speed and backup. The wrong one costs money, or loses data.",
    controls: [],
    passing: claim("standard"),
    failing: claim("premium"),
  },
  {
    builtin: "limitVolumeSizes",
    make: () => limitVolumeSizes({ maximum: "100Gi" }),
    options: '{ maximum: "100Gi" }',
    why: "Storage costs money whether it is used or not, and a claim never gets smaller.",
    controls: [],
    passing: claim("standard"),
    failing: claim("standard", "ReadWriteOnce", "10Ti"),
  },
];
