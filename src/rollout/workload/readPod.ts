import * as z from "zod/mini";
import { marksOf } from "./RolloutMarks.ts";
import type { PodView } from "./WorkloadView.ts";

const schema = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    uid: z.string(),
    annotations: z.optional(z.record(z.string(), z.string())),
    deletionTimestamp: z.optional(z.string()),
    ownerReferences: z.optional(
      z.array(
        z.looseObject({ kind: z.string(), name: z.string(), uid: z.string(), controller: z.optional(z.boolean()) }),
      ),
    ),
  }),
  status: z._default(
    z.looseObject({
      podIP: z.optional(z.string()),
      conditions: z._default(
        z.array(z.looseObject({ type: z.string(), status: z.string(), lastTransitionTime: z.optional(z.string()) })),
        [],
      ),
    }),
    { conditions: [] },
  ),
});

/** Reads a Pod as the API server gives it; undefined for what is none. */
export function readPod(object: object): PodView | undefined {
  const parsed = schema.safeParse(object);
  if (!parsed.success) return undefined;
  const { metadata, status } = parsed.data;
  const ready = status.conditions.find(({ type, status: is }) => type === "Ready" && is === "True");
  const readySince = Date.parse(ready?.lastTransitionTime ?? "");
  return {
    name: metadata.name,
    uid: metadata.uid,
    owner: metadata.ownerReferences?.find(({ controller }) => controller === true),
    ip: status.podIP === "" ? undefined : status.podIP,
    isReady: ready !== undefined,
    readySince: Number.isNaN(readySince) ? 0 : readySince,
    isTerminating: metadata.deletionTimestamp !== undefined,
    hasAnnotations: metadata.annotations !== undefined,
    marks: marksOf(metadata.annotations ?? {}),
    probe: undefined,
  };
}
