import { generateKeyPairSync } from "node:crypto";
import { readReview } from "../fixtures/readReview.ts";
import { planted } from "../run/secrets/planted.ts";
import { JSON_HEADERS, type RuntimeCall } from "./Runtime.ts";

/** A private Ed25519 JWK, and its secret part. */
function newKey(): { readonly json: string; readonly d: string } {
  const jwk = generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" });
  return { json: JSON.stringify(jwk), d: jwk.d ?? "" };
}

const signingKey = newKey();
const recordsKey = newKey();
const ADDRESS = "203.0.113.77";
const SECRET_HEADERS = [
  "authorization",
  "proxy-authorization",
  "cookie",
  "x-api-key",
  "x-auth-token",
  "x-amz-security-token",
  "x-forwarded-client-cert",
  "ssl-client-cert",
  "cf-access-jwt-assertion",
] as const;

/** The key of the HMAC for addresses, from the environment. */
export const ADDRESS_KEY = planted("address-key");

/** Settings with secrets, for each runtime. */
export const PLANTED_ENV: Readonly<Record<string, string>> = {
  POSTERN_SIGNING_KEY: signingKey.json,
  POSTERN_RECORDS_KEY: recordsKey.json,
  POSTERN_ADDRESS_KEY: ADDRESS_KEY,
  OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${planted("collector")}`,
};

/** What must not come out again, by where it goes in. */
export const PLANTED: Readonly<Record<string, string>> = {
  "what was planted": planted(""),
  "the address of a client": ADDRESS,
  "the signing key": signingKey.d,
  "the records key": recordsKey.d,
};

const headers: Readonly<Record<string, string>> = {
  ...JSON_HEADERS,
  ...Object.fromEntries(SECRET_HEADERS.map((name) => [name, planted(name)])),
  "user-agent": `kube-apiserver-admission ${planted("agent")}`,
  "x-forwarded-for": `${ADDRESS}, 198.51.100.9:4711`,
  "cf-connecting-ip": ADDRESS,
};

function edited(name: string, edit: (request: Record<string, unknown> & { object: PlantedObject }) => void): string {
  const review = JSON.parse(readReview(name));
  edit(review.request);
  review.request.userInfo.extra = { "authentication.example.com/token": [planted("extra")] };
  return JSON.stringify(review);
}

interface PlantedObject {
  metadata: { annotations?: object };
  spec: { containers: Record<string, unknown>[]; initContainers?: object[] };
  data?: object;
  stringData?: object;
}

const POD = edited("validate-v1-create-pods-1", ({ object }) => {
  object.metadata.annotations = {
    "kubectl.kubernetes.io/last-applied-configuration": JSON.stringify({ password: planted("annotation") }),
  };
  const [container = {}] = object.spec.containers;
  container.env = [{ name: "DB_PASSWORD", value: planted("env") }];
  container.livenessProbe = {
    httpGet: { path: "/", port: 80, httpHeaders: [{ name: "Authorization", value: planted("probe") }] },
  };
  object.spec.initContainers = [{ ...container, name: "init" }];
});
const SECRET = edited("validate-v1-create-secrets-1", (request) => {
  request.object.data = { password: btoa(planted("data")) };
  request.object.stringData = { password: planted("string-data") };
  request.oldObject = request.object;
});
/** Bodies that are no reviews. */
const BROKEN = [
  `{"token":"${planted("body")}`,
  JSON.stringify(planted("json")),
  JSON.stringify({ kind: planted("kind"), apiVersion: planted("version"), request: {} }),
  JSON.stringify({
    kind: "AdmissionReview",
    apiVersion: "admission.k8s.io/v1",
    request: { uid: 1, [planted("k")]: 1 },
  }),
];

const inPath = planted("path");
const escaped = Buffer.from(inPath).toString("hex").replace(/../g, "%$&");
/** Paths that are none of a call that is judged. */
const PATHS = [
  `/k/${inPath}/c/staging/validate/${"default"}`,
  `/hooks/k/${inPath}/c/staging/mutate`,
  `/k/${inPath}`,
  `/${inPath}`,
  `/${inPath}/c/staging/validate`,
  `/c/${inPath}/validate`,
  `/c/staging/${inPath}`,
  `/c/staging/validate/a/b/${inPath}`,
  `/c/staging/validate;${inPath}`,
  `/c/../${inPath}/c/staging/validate`,
  `/c/staging%2f${inPath}/validate`,
  `/${escaped}/validate`,
  `/c/${escaped}/validate`,
  `/token/${inPath}`,
  `/healthz?${inPath}`,
  `/.well-known/postern?${inPath}`,
];

const review = (path: string, body: string): RuntimeCall => ({
  path: `${path}?timeout=10s&token=${planted("query")}`,
  headers,
  body,
});

/** Calls with secrets in all their parts: reviews that are judged, calls that are refused, and such as fail. */
export const PLANTED_CALLS: readonly RuntimeCall[] = [
  ...["shop", "staging", "broken"].flatMap((cluster) =>
    ["validate", "mutate", "convert"].flatMap((purpose) =>
      [POD, SECRET, ...BROKEN].map((body) => review(`/c/${cluster}/${purpose}`, body)),
    ),
  ),
  ...PATHS.flatMap((path): RuntimeCall[] => [
    { path, headers, body: POD },
    { path, headers, method: "GET" },
  ]),
  { ...review("/c/staging/validate", POD), headers: { ...headers, "content-type": planted("type") } },
  { ...review("/c/staging/validate", POD), headers: { ...headers, "content-encoding": planted("encoding") } },
];
