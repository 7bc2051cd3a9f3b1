import * as z from "zod/mini";
import { isDnsLabel } from "../protocol/kubernetesNames.ts";

/** A DNS label, as names of gates and clusters are. */
export const dnsLabelSchema = z.string().check(z.refine(isDnsLabel, "expected a DNS label"));
