import * as z from "zod/mini";

/** The envelope of `apiextensions.k8s.io` ConversionRequest, the same in v1 and v1beta1. Objects are not checked. */
export const conversionReviewSchema = z.object({
  apiVersion: z.enum(["apiextensions.k8s.io/v1", "apiextensions.k8s.io/v1beta1"]),
  kind: z.literal("ConversionReview"),
  request: z.object({
    uid: z.string().check(z.minLength(1), z.maxLength(1024)),
    desiredAPIVersion: z.string().check(z.minLength(1), z.maxLength(1024)),
    objects: z.array(z.record(z.string(), z.unknown())),
  }),
});
