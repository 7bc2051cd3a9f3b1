import { defineGate, deny, policy, warn } from "postern";

const team = policy({
  name: "team",
  match: { resources: ["pods"], podTemplates: true, namespaces: { exclude: ["kube-*"] } },
  validate: ({ object, path, containers }) => {
    if (object.metadata?.labels?.team === undefined)
      return deny(`${path("metadata", "labels")} has no team`, { code: 422 });
    return containers().flatMap(({ container, path }) =>
      container.image?.includes("/") ? [] : [warn(`${path}.image names no registry`)],
    );
  },
});

export default defineGate({
  policies: [team],
  clusters: {
    staging: { identity: "none" },
    production: { identity: "none", modes: { team: "warn" } },
  },
});
