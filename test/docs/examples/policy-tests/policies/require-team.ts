import { deny, policy } from "postern";

export const requireTeam = policy({
  name: "require-team",
  match: { resources: ["pods"], podTemplates: true, namespaces: { exclude: ["kube-*"] } },
  validate: ({ object, path }) => {
    if (object.metadata?.labels?.team !== undefined) return [];
    const at = path("metadata", "labels");
    return deny(`${at} has no team`, { at });
  },
});
