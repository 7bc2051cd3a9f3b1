import * as z from "zod/mini";
import { isQualifiedName } from "../protocol/kubernetesNames.ts";

/** The key of an annotation in a parameter. The API server stores no other, so an object would never have it. */
export const annotationKey = z
  .string()
  .check(z.refine((key) => isQualifiedName(key.toLowerCase()), "is not the key of an annotation"));
