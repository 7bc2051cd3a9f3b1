import { importJWK, type JWK, jwtVerify } from "jose";
import { keySetText } from "../../../src/cli/keys/keySetText.ts";
import { makeKey } from "../../../src/cli/keys/makeKey.ts";
import { capability } from "../../../src/identity/capability/capability.ts";
import { publicJwk } from "../../../src/identity/capability/readKeySet.ts";
import type { ClusterTier, IdentityCall, IdentityHost, IdentityTier } from "../../../src/identity/IdentityTier.ts";
import { jwt } from "../../../src/identity/jwt/jwt.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";
import { headerOf, signed } from "../../identity/capability/CapabilityBed.ts";
import { TestIssuer } from "../../identity/jwt/TestIssuer.ts";
import type { BenchSize } from "../BenchSize.ts";
import type { Figure } from "../Figure.ts";
import { silentLog } from "../gate/benchRun.ts";
import { measureCall } from "../gate/measureCall.ts";
import { measureRatio } from "../Ratio.ts";

const URL = "https://gate.example.com/c/bench/validate";
const ISSUER = "https://kubernetes.default.svc.cluster.local";
/** More than the caches of the tiers hold (8,192 tokens and 12,288 capabilities), so that used in turn none is known. */
const POOL = { jwt: 8_400, capability: 12_600 };

/** A tier, and tokens that it accepts. */
interface Subject {
  readonly tier: ClusterTier;
  readonly tokens: readonly string[];
  /** What a stranger makes up who knows the issuer and the `kid`: its claims are wrong. */
  readonly forged: string;
  readonly callOf: (token: string) => IdentityCall;
  /** What a program does that has only jose. */
  readonly verify: (token: string) => Promise<unknown>;
}

/** What the tiers for tokens cost, compared with `jwtVerify` of jose and the same keys and tokens. */
export async function tierFigures(size: BenchSize): Promise<Figure[]> {
  return [
    ...(await figuresOf("jwt", await jwtSubject(), size)),
    ...(await figuresOf("capability", await capabilitySubject(), size)),
  ];
}

async function figuresOf(
  name: string,
  subject: Subject,
  { rounds, requests, warmUpRequests, durationMs }: BenchSize,
): Promise<Figure[]> {
  const { tier, tokens, forged, callOf, verify } = subject;
  const [first = ""] = tokens;
  const known = callOf(first);
  for (const token of [first, first]) {
    const { outcome } = await tier.identify(callOf(token));
    if (outcome !== "accepted") throw new Error(`the tier ${name} says ${outcome}`);
  }
  if (tier.identify(known) instanceof Promise) throw new Error(`the tier ${name} does not know the token`);
  const calls = Math.ceil(requests / 4);
  const inTurn = (call: (token: string) => unknown): (() => Promise<number>) => {
    let next = 0;
    return () =>
      cpuOf(calls, () => {
        next = (next + 1) % tokens.length;
        return call(tokens[next] ?? "");
      });
  };
  const [subjectOf, floorOf] = [inTurn((token) => tier.identify(callOf(token))), inTurn(verify)];
  for (let warmed = 0; warmed < warmUpRequests; warmed += 2 * calls)
    for (const measure of [subjectOf, floorOf]) await measure();
  const warm = await measureRatio(rounds, subjectOf, floorOf);
  await tier.identify(known);
  const cached = await measureRatio(
    rounds,
    () => measureCall(() => tier.identify(known), durationMs),
    () => measureCall(() => verify(first), durationMs),
  );
  const stranger = callOf(forged);
  const { outcome } = await tier.identify(stranger);
  if (outcome !== "refused") throw new Error(`the tier ${name} says ${outcome} of a forged token`);
  const refused = await measureRatio(
    rounds,
    () => cpuOf(calls, () => tier.identify(stranger)),
    () => cpuOf(calls, () => verify(first)),
  );
  return [
    {
      name: `identity, forged ${name}`,
      compared: "CPU for a token of a known key with a wrong claim: the tier : jwtVerify of jose for a right one",
      ratio: refused,
      unit: "µs",
      target: { atMost: 0.3 },
    },
    {
      name: `identity, new ${name}`,
      compared: "CPU for a token that was not seen before, by a key that is known: the tier : jwtVerify of jose",
      ratio: warm,
      unit: "µs",
      target: { atMost: 1.2 },
    },
    {
      name: `identity, known ${name}`,
      compared: "a token that was verified before: the tier : jwtVerify of jose",
      ratio: cached,
      unit: "µs",
      target: { atMost: 0.05 },
    },
  ];
}

/** With RS256, as Kubernetes signs by default. Its verification is the fastest, so the rest weighs most. */
async function jwtSubject(): Promise<Subject> {
  const issuer = await TestIssuer.create(ISSUER, "RS256");
  const exp = Math.floor(Date.now() / 1_000) + 86_400;
  const tokens = await made(POOL.jwt, (index) => issuer.sign({ sub: "api", aud: URL, exp, jti: String(index) }));
  const stranger = await TestIssuer.create(ISSUER, "RS256");
  const settings = { tier: "jwt", issuer: ISSUER, keys: { keys: [{ ...issuer.jwk }] }, subjects: ["api"] };
  const key = await importJWK(issuer.jwk, "RS256");
  return {
    tier: started(jwt(), settings, {}),
    tokens,
    forged: await stranger.sign({ sub: "other", aud: URL, exp }),
    callOf: (token) => callWith({ authorization: `Bearer ${token}` }),
    verify: (token) => jwtVerify(token, key, { issuer: ISSUER, audience: URL, algorithms: ["RS256"] }),
  };
}

async function capabilitySubject(): Promise<Subject> {
  const [own, stranger] = [await makeKey("EdDSA", Date.now()), await makeKey("EdDSA", Date.now())];
  const iat = Math.floor(Date.now() / 1_000) - 60;
  const tokens = await made(POOL.capability, (index) =>
    signed(own, headerOf(own), { cluster: "bench", iat, exp: iat + 86_400, jti: String(index).padStart(16, "0") }),
  );
  const settings = {
    tier: "capability",
    issuer: ISSUER,
    keys: { keys: [{ ...publicJwk(own), kid: "k", alg: "EdDSA" }] },
  };
  const jwk: JWK = { ...publicJwk(own) };
  const key = await importJWK(jwk, "EdDSA");
  return {
    tier: started(capability(), settings, { POSTERN_CAPABILITY_KEYS: keySetText([own]) }),
    tokens,
    forged: await signed(stranger, headerOf(own), { cluster: "other", iat, exp: iat + 86_400, jti: "0".repeat(16) }),
    callOf: (token) => callWith({ token }),
    verify: (token) => jwtVerify(token, key, { algorithms: ["EdDSA"] }),
  };
}

/** CPU time of a call in microseconds, that of the threads that verify included. */
async function cpuOf(calls: number, call: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  for (let made = 0; made < calls; made += 1) await call();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / calls;
}

function started(tier: IdentityTier, settings: JsonObject, env: IdentityHost["env"]): ClusterTier {
  const host: IdentityHost = { now: Date.now, log: silentLog, fetch, env, hasRegistration: () => true };
  return tier.start(host).forCluster("bench", settings);
}

function callWith(parts: Partial<IdentityCall>): IdentityCall {
  return {
    purpose: "validate",
    url: URL,
    token: undefined,
    authorization: null,
    certificate: () => undefined,
    isHostKnown: true,
    isKnownOnly: false,
    ...parts,
  };
}

function made(count: number, make: (index: number) => Promise<string>): Promise<readonly string[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => make(index)));
}
