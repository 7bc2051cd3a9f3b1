import { defineGate } from "../../src/gate/config/defineGate.ts";
import { benchPolicies } from "./benchPolicies.ts";

/** The gate that the servers under test serve: 20 policies, of which 8 match the review that is sent. */
const benchGate = defineGate({ policies: benchPolicies(20), clusters: { bench: {} } });

export default benchGate;
