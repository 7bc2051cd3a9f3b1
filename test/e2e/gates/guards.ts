import { defineGate, policy } from "../../../src/index.ts";

/** The worst that somebody can register: everything is sent to the gate, whatever is done to it, and nothing works without an answer. */
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
  clusters: { e2e: {} },
});
