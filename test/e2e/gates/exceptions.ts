import { defineGate } from "../../../src/index.ts";
import { disallowPrivileged } from "../../../src/policies/index.ts";

const exception = {
  policy: "disallow-privileged",
  namespaces: ["default"],
  reason: "a test of exceptions",
  owner: "team-a",
} as const;

/** One exception that ends in a far year, and one that has ended. */
export default defineGate({
  name: "exceptions",
  policies: [disallowPrivileged()],
  exceptions: [
    { ...exception, names: ["excepted", "excepted-*"], until: "2999-12-31" },
    { ...exception, names: ["ended"], until: "2020-01-01" },
  ],
  clusters: { e2e: { identity: "none" } },
});
