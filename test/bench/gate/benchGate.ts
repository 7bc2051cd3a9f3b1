import { defineGate } from "../../../src/gate/config/defineGate.ts";
import { benchPolicies } from "./benchPolicies.ts";

/** The gate of the servers under test: 20 policies, of which 8 match the review. */
const benchGate = defineGate({ policies: benchPolicies(20), clusters: { bench: { identity: "none" } } });

export default benchGate;
