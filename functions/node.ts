import { serveProcess } from "../src/hosts/serveProcess.ts";
import { nodeTelemetry } from "../src/hosts/telemetry/nodeTelemetry.ts";
import gate from "./gate.ts";

process.exitCode = await serveProcess(gate, process.env, { telemetry: nodeTelemetry });
