import { createWorker } from "../src/hosts/createWorker.ts";
import gate from "./gate.ts";

export default createWorker(gate);
