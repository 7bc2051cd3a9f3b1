import { createWorker } from "../src/gate/createWorker.ts";
import gate from "./gate.ts";

export default createWorker(gate);
