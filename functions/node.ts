import { serveProcess } from "../src/gate/serveProcess.ts";
import gate from "./gate.ts";

process.exitCode = await serveProcess(gate, process.env);
