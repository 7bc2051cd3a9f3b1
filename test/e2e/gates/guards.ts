import { defineGate, policy } from "../../../src/index.ts";

/** A gate with the widest possible registration: every resource and every operation. */
export default defineGate({
  name: "guards",
  policies: [
    policy({
      name: "everything",
      match: {
        apiGroups: ["*"],
        resources: ["*/*"],
        operations: ["CREATE", "UPDATE", "DELETE", "CONNECT"],
      },
      validate: () => undefined,
    }),
    policy({
      name: "everything-changed",
      match: { apiGroups: ["*"], resources: ["*/*"] },
      mutate: () => undefined,
    }),
  ],
  clusters: { e2e: { identity: "none" } },
});
