import { createLambda } from "../src/hosts/createLambda.ts";
import gate from "./gate.ts";

export const handler = createLambda(gate, process.env);
