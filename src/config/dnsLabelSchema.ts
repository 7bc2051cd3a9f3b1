import * as z from "zod/mini";
import { isDnsLabel } from "../protocol/kubernetesNames.ts";

/** A DNS label: the form of gate and cluster names. */
export const dnsLabelSchema = z.string().check(z.refine(isDnsLabel, "expected a DNS label"));
