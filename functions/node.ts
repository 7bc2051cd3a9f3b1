import { serveProcess } from "../src/hosts/serveProcess.ts";
import gate from "./gate.ts";

process.exitCode = await serveProcess(gate, process.env);
