import { maskedProc } from "../baseline/procMount.ts";
import type { Control } from "../Control.ts";

/** `/proc` has the masks of the runtime, also in a user namespace. Before v1.35 the level baseline demands the same. */
export const procMountMasked: Control = {
  id: "procMount_restricted",
  replaces: "procMount",
  versions: [{ since: 35, validations: maskedProc }],
};
