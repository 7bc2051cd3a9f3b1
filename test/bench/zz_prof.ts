import { getRequestListener } from "@hono/node-server";
import { defineGate } from "../../src/gate/config/defineGate.ts";
import { createGate } from "../../src/gate/createGate.ts";
import { jwt } from "../../src/identity/jwt/jwt.ts";
import { TestIssuer } from "../identity/jwt/TestIssuer.ts";
import { benchPolicies } from "./gate/benchPolicies.ts";
import { benchReview, benchPath } from "./gate/benchReview.ts";
import { jsonLog } from "../../src/telemetry/jsonLog.ts";
import { limitLines } from "../../src/telemetry/limitLines.ts";
getRequestListener(() => new Response());
const issuer = await TestIssuer.create("https://issuer.example.com");
const log = limitLines(jsonLog(() => {}, Date.now), Date.now, ["warn","error"]);
const gate = defineGate({ policies: benchPolicies(20), tiers: [jwt()], clusters: { bench: { identity: [{ tier: "jwt", issuer: issuer.issuer, keys: { keys: [issuer.jwk] }, subjects: ["*"] } as any] } } });
const app = createGate(gate, { now: Date.now, log });
const h = { "content-type": "application/json", "content-length": "7000" };
const req = new Request(`https://localhost${benchPath}`, { method: "POST", headers: h, body: benchReview });
for (let r=0;r<6;r++){ const a=process.cpuUsage(); for (let i=0;i<50000;i++) { const res = await app.fetch(req); if (res.status !== 401) throw 1; } const b=process.cpuUsage(a); console.log(((b.user+b.system)/50000).toFixed(2)); }
