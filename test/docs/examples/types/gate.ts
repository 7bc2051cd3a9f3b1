import { defineGate } from "postern";
import { denyLabels } from "postern/policies";

/** The gate that examples in READMEs import. */
export default defineGate({ policies: [denyLabels()], clusters: { production: { identity: "none" } } });
