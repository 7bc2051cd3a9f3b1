import type { GateCall } from "../../protocol/gateUrl.ts";

/** What a path says: that of a call, or of `/token/CLUSTER`. */
export type CallPath = GateCall | (Omit<GateCall, "purpose"> & { readonly purpose: "token" });
