import type { GroupVersionResource } from "../../protocol/review/Review.ts";
import { listPart, objectPart } from "./objectPart.ts";

/** The labels of a Job's generated selector (`generateSelector`, pkg/registry/batch/job). A Job has it only after admission. */
const GENERATED = ["controller-uid", "job-name"].flatMap((key) => [key, `batch.kubernetes.io/${key}`]);

/**
 * The labels that a workload's selector uses, with the value that each must have; undefined for several or none. The
 * selector of a ReplicationController is a plain map.
 */
export function selectorLabels(selector: unknown, { group }: GroupVersionResource): [key: string, value: unknown][] {
  const keys = group === "batch" ? [...GENERATED] : [];
  for (const expression of listPart(selector, ["matchExpressions"])) keys.push(String(objectPart(expression, ["key"])));
  const isLabelSelector = ["matchLabels", "matchExpressions"].some((key) => objectPart(selector, [key]) !== undefined);
  const labels = isLabelSelector ? objectPart(selector, ["matchLabels"]) : selector;
  return [...keys.map((key): [string, unknown] => [key, undefined]), ...Object.entries(Object(labels))];
}
