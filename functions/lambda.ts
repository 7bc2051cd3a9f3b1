import { createLambda } from "../src/gate/createLambda.ts";
import gate from "./gate.ts";

export const handler = createLambda(gate, process.env);
