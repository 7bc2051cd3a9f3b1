import * as z from "zod/mini";
import { COMPONENTS } from "./components.ts";
import { cronPattern, hasRisingRanges } from "./cronPattern.ts";
import {
  annotations,
  egressRules,
  env,
  free,
  image,
  objectName,
  peers,
  podSchema,
  resources,
  text,
} from "./podSchema.ts";

const dnsLabel = text(
  /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
  "a DNS label: at most 63 lower-case letters, digits and -",
);
const httpsUrl = text(/^https:\/\/[^\s?#@\\]+$/, "an https URL without a user name, query or fragment");
/** What the ValidatingAdmissionPolicy of the sync reads as a place. */
const place = text(
  /^(([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*|\[[0-9a-f:.]{2,45}\])(:([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]|[*]))?(\/[A-Za-z0-9_.~/-]{1,200})?|[0-9a-f.]{0,4}:[0-9a-f.]{0,4}:[0-9a-f:.]{0,40})$/,
  "a place in lower case, without https://: HOST, HOST:PORT, HOST:* or HOST:PORT/BASE, with a DNS name and a port from 1 to 65535; an IPv6 address has brackets only before a port or a base",
);
const duration = text(/^[0-9]+(ms|s|m|h|d)$/, "a duration such as 24h, 30m or 5s");
const jwk = z.strictObject({
  kty: z.literal("OKP"),
  crv: z.literal("Ed25519"),
  x: text(/^[A-Za-z0-9_-]{43}$/, "the 43 characters of a public Ed25519 key"),
  kid: z.optional(z.string()),
  alg: z.optional(z.string()),
  use: z.optional(z.string()),
});
const issuerName = z.strictObject({
  name: objectName,
  kind: z.optional(z.enum(["Issuer", "ClusterIssuer"])),
  group: z.optional(objectName),
});
const count = z.number().check(z.refine(Number.isInteger, "expected a whole number"), z.minimum(0), z.maximum(100));

/** The config of what runs in a cluster, over its defaults. Also the values of the Helm chart. */
export const installSchema = z.strictObject({
  components: z.array(z.enum(COMPONENTS)).check(z.minLength(1)),
  gate: dnsLabel,
  cluster: z.optional(dnsLabel),
  address: z.optional(
    text(
      /^([0-9]{1,3}(\.[0-9]{1,3}){3}|[0-9a-f.]{0,4}:[0-9a-f:.]{1,40})$/,
      "an IPv4 or IPv6 address, in lower case and without brackets",
    ),
  ),
  hosts: z.array(place),
  url: z.optional(httpsUrl),
  trust: z.strictObject({
    mode: z.optional(z.enum(["pin", "system"])),
    roots: z.optional(
      z.array(
        text(
          /^([a-z0-9-]+|\/etc\/postern-ca\/ca\.pem)$/,
          "the name of a catalogue, or /etc/postern-ca/ca.pem; put other roots into trust.certificates",
        ),
      ),
    ),
    certificates: z.optional(text(/-----BEGIN CERTIFICATE-----/, "certificates in PEM")),
  }),
  selfTest: z.strictObject({ publicKey: z.optional(jwk) }),
  crds: z.array(
    text(
      /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/,
      "the name of a CustomResourceDefinition: PLURAL.GROUP",
    ).check(z.maxLength(253)),
  ),
  breakGlass: z.boolean(),
  capability: z.strictObject({ enabled: z.boolean(), url: z.optional(httpsUrl), grace: z.optional(duration) }),
  sync: z.strictObject({
    soak: z.optional(duration),
    interval: z.optional(duration),
    jitter: z.optional(duration),
    breakGlassAfter: z.optional(duration),
    load: z.optional(
      z.union(
        [z.literal("api-server"), free],
        "expected api-server, or requestsPerSecond and latency, as in { requestsPerSecond: 50, latency: 20ms }",
      ),
    ),
    timeouts: z.optional(z.record(z.string(), z.string())),
    announcement: z.optional(z.strictObject({ url: httpsUrl, publicKey: jwk })),
    provider: z.optional(free),
  }),
  providerSecret: z.optional(objectName),
  providerHosts: z.optional(z.array(z.string())),
  schedule: text(
    cronPattern(),
    "a schedule of cron such as */5 * * * *: minute 0-59, hour 0-23, day 1-31, month 1-12, weekday 0-6; or @hourly, @daily, @weekly, @monthly or @yearly",
  ).check(z.refine(hasRisingRanges, "expected ranges that end after they begin, such as 2-5")),
  suspend: z.boolean(),
  issuer: z.strictObject({
    kind: z.enum(["ca", "acme-http01", "acme-dns01", "existing"]),
    email: z.optional(text(/^[^\s@]+@[^\s@]+$/, "an e-mail address")),
    server: httpsUrl,
    ingressClass: objectName,
    dns01: z.optional(free),
    existing: z.optional(issuerName),
    standby: z.optional(issuerName),
  }),
  identity: z.strictObject({
    tiers: z.array(z.enum(["client-certificate", "jwt", "capability"])),
    clientCertificates: z.optional(text(/-----BEGIN CERTIFICATE-----/, "certificates in PEM")),
  }),
  service: z.strictObject({
    type: z.enum(["ClusterIP", "LoadBalancer", "NodePort"]),
    loadBalancerClass: z.optional(z.string()),
    annotations,
  }),
  rollout: z.strictObject({ namespace: z.optional(dnsLabel), callers: peers }),
  tlsSidecar: z.strictObject({ namespace: z.optional(dnsLabel) }),
  images: z.strictObject({ postern: z.optional(image), gate: z.optional(image), nginx: z.optional(image) }),
  imagePullSecrets: z.array(z.strictObject({ name: objectName })),
  pinnedImages: z.boolean(),
  replicas: z.strictObject({ gate: count, rollout: count, tlsSidecar: count }),
  resources: z.strictObject({
    sync: resources,
    watch: resources,
    gate: resources,
    rollout: resources,
    tlsSidecar: resources,
    nginx: resources,
  }),
  env: z.strictObject({ sync: env, gate: env }),
  egress: z.strictObject({ sync: egressRules, gate: egressRules }),
  pods: podSchema,
});

/** A config over its defaults. */
export type InstallConfig = z.infer<typeof installSchema>;
