import { createLambda } from "../src/hosts/createLambda.ts";
import { lambdaTelemetry } from "../src/hosts/telemetry/lambdaTelemetry.ts";
import gate from "./gate.ts";

export const handler = createLambda(gate, process.env, { telemetry: lambdaTelemetry });
