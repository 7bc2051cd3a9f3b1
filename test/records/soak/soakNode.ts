import { serveProcess } from "../../../src/hosts/serveProcess.ts";
import gate from "./soakGate.ts";

process.exitCode = await serveProcess(gate, process.env);
