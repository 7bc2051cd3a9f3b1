import { policy } from "postern";

export const stampTeam = policy({
  name: "stamp-team",
  match: { resources: ["namespaces"] },
  mutate: (draft) => {
    draft.metadata = { ...draft.metadata, labels: { team: "nobody", ...draft.metadata?.labels } };
  },
});
