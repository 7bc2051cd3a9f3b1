import { defineGate } from "/work/main/src/gate/config/defineGate.ts";
import { createGate } from "/work/main/src/gate/createGate.ts";
import { jwt } from "/work/main/src/identity/jwt/jwt.ts";
import { TestIssuer } from "/work/main/test/identity/jwt/TestIssuer.ts";
import { benchPolicies } from "/work/main/test/bench/gate/benchPolicies.ts";
import { benchReview, benchPath } from "/work/main/test/bench/gate/benchReview.ts";
import { measureCall } from "/work/main/test/bench/gate/measureCall.ts";
import { jsonLog } from "/work/main/src/telemetry/jsonLog.ts";
import { limitLines } from "/work/main/src/telemetry/limitLines.ts";
const issuer = await TestIssuer.create("https://issuer.example.com");
const log = limitLines(jsonLog(() => {}, Date.now), Date.now, ["warn","error"]);
const gate = defineGate({ policies: benchPolicies(20), tiers: [jwt()], clusters: { bench: { identity: [{ tier: "jwt", issuer: issuer.issuer, keys: { keys: [issuer.jwk] }, subjects: ["*"] } as any] } } });
const app = createGate(gate, { now: Date.now, log });
const exp = Math.floor(Date.now()/1000)+86400;
const url = "https://localhost/c/bench/validate";
const good = await issuer.sign({ aud: url, sub: "api", exp });
const call = (authorization?: string, path = benchPath) => async () => {
  const headers: Record<string,string> = { "content-type": "application/json", "content-length": String(Buffer.byteLength(benchReview)) };
  if (authorization) headers.authorization = authorization;
  const r = await app.fetch(new Request(`https://localhost${path}`, { method: "POST", headers, body: benchReview }));
  return r.text();
};
const justRequest = async () => { const headers: Record<string,string> = { "content-type": "application/json", "content-length": String(Buffer.byteLength(benchReview)) }; return new Request(`https://localhost${benchPath}`, { method: "POST", headers, body: benchReview }); };
const lazy = (url: string, auth?: string) => { const h = new Headers({ "content-type": "application/json", "content-length": "7000", ...(auth?{authorization:auth}:{}) }); return async () => { const r = await app.fetch({ method: "POST", url, headers: h, text: async () => benchReview } as any); return r.text(); } };
console.log((await call(`Bearer ${good}`)()).slice(0,100), await call()());
async function cpu(call: () => Promise<unknown>, n: number) { for (let i=0;i<n/2;i++) await call(); const a = process.cpuUsage(); for (let i=0;i<n;i++) await call(); const b = process.cpuUsage(a); return ((b.user+b.system)/n).toFixed(1); }
for (let i = 0; i < 3; i++) {
console.log("judged", await cpu(call(`Bearer ${good}`), 3000), "none", await cpu(call(), 6000), "wrong", await cpu(call(`Bearer ${good.slice(0, -4)}AAAA`), 3000), "madeup", await cpu(call(`Bearer eyJhbGciOiJFUzI1NiIsImtpZCI6IngifQ.e30.AAAA`), 6000), "unknown cluster", await cpu(call(undefined, "/c/other/validate"), 6000), "request", await cpu(justRequest, 6000), "lazy judged", await cpu(lazy(`https://localhost${benchPath}`, `Bearer ${good}`), 3000), "lazy 401", await cpu(lazy(`https://localhost${benchPath}`), 6000));
}
