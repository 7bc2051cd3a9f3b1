import { serveGate } from "../src/gate/serveGate.ts";
import gate from "./gate.ts";

process.exitCode = await serveGate(gate, process.env);
