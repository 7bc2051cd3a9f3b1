import { defineGate, deny, policy } from "postern";

const immutableSecrets = policy({
  name: "immutable-secrets",
  match: { resources: ["secrets"], operations: ["CREATE"] },
  validate: ({ object }) => (object.immutable === true ? undefined : deny("immutable is not true")),
});

export default defineGate({ policies: [immutableSecrets], clusters: { production: { identity: "none" } } });
