import * as z from "zod/mini";

/** A DNS label (RFC 1123), as names of gates and clusters are. */
export const labelSchema = z.string().check(z.regex(/^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/, "expected a DNS label"));
