import { defineGate, policy } from "../../../src/index.ts";
import { addLabels } from "../../../src/policies/labels/addLabels.ts";
import { injectSidecar } from "../../../src/policies/sidecar/injectSidecar.ts";

/** Mutators as users write them, which come into force in a cluster with older objects. */
export default defineGate({
  name: "mutators",
  policies: [
    policy({
      name: "always-pull",
      match: {
        resources: ["pods"],
        podTemplates: [{ group: "mutators.postern.dev", resource: "fleets" }],
        namespaces: { include: ["old", "new", "quota"] },
      },
      mutate: (draft) => {
        for (const container of draft.spec?.containers ?? []) container.imagePullPolicy = "Always";
      },
    }),
    addLabels({
      labels: { app: "platform", team: "core" },
      overwrite: true,
      podTemplates: true,
      namespaces: { include: ["old", "new", "quota"] },
    }),
    addLabels({
      name: "label-everything",
      labels: { app: "platform", seen: "yes" },
      overwrite: true,
      resources: ["replicasets", "jobs"],
      namespaces: { include: ["old", "new", "quota"] },
    }),
    policy({
      name: "spread",
      match: { resources: ["pods"], operations: ["CREATE"], namespaces: { include: ["daemons"] } },
      mutate: (draft) => {
        if (draft.spec !== undefined) draft.spec.affinity = { podAntiAffinity: {} };
        draft.metadata = { ...draft.metadata, labels: { team: "core" }, ownerReferences: [] };
      },
    }),
    injectSidecar({
      initContainers: [
        { name: "mesh", image: "registry.example.com/mesh:1", restartPolicy: "Always", args: ["run"], env: [] },
      ],
      optOut: false,
      namespaces: { include: ["sidecars"] },
    }),
    policy({
      name: "vault",
      match: { resources: ["pods"], operations: ["CREATE"], namespaces: { include: ["sidecars"] } },
      mutate: (draft) => {
        const { initContainers = [] } = draft.spec ?? {};
        if (draft.spec === undefined || initContainers.some(({ name }) => name === "vault")) return;
        draft.spec.initContainers = [{ name: "vault", image: "registry.example.com/vault:1" }, ...initContainers];
        for (const container of draft.spec.initContainers) container.env = [{ name: "VAULT", value: "1" }];
      },
    }),
  ],
  // The vault's webhook is called after the others, and makes the API server call them again.
  entries: { later: { policies: ["vault"] } },
  clusters: { e2e: { identity: "none" } },
});
