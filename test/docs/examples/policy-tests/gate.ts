import { defineGate } from "postern";
import { requireTeam } from "./policies/require-team.ts";
import { stampTeam } from "./policies/stamp-team.ts";

export default defineGate({
  policies: [stampTeam, requireTeam],
  clusters: {
    staging: { identity: "none", mode: "warn" },
    production: { identity: "none" },
  },
});
