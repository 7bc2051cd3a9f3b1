import * as z from "zod/mini";

/** One of a Certificate's conditions. */
export interface CertificateCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
  readonly observedGeneration?: number | undefined;
  readonly lastTransitionTime?: string | undefined;
}

/** A cert-manager Certificate (cert-manager.io/v1), as far as a rollout is about it. */
export interface CertificateView {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly generation: number;
  readonly created: string;
  readonly annotations: Readonly<Record<string, string>>;
  /** The first name, else the first address. */
  readonly host: string | undefined;
  /** Undefined until a first one has been issued. */
  readonly revision: number | undefined;
  readonly isReady: boolean;
  readonly conditions: readonly CertificateCondition[];
}

const words = z._default(z.record(z.string(), z.string()), {});
const list = z._default(z.array(z.string()), []);
const text = z.optional(z.string());
const schema = z.looseObject({
  metadata: z.looseObject({
    namespace: z.string(),
    name: z.string(),
    uid: z.string(),
    generation: z._default(z.number(), 0),
    creationTimestamp: z._default(z.string(), ""),
    annotations: words,
  }),
  spec: z._default(z.looseObject({ dnsNames: list, ipAddresses: list, commonName: text }), {
    dnsNames: [],
    ipAddresses: [],
  }),
  status: z._default(
    z.looseObject({
      revision: z.optional(z.number().check(z.int(), z.gte(1))),
      conditions: z._default(
        z.array(
          z.looseObject({
            type: z.string(),
            status: z.string(),
            reason: text,
            message: text,
            observedGeneration: z.optional(z.number()),
            lastTransitionTime: text,
          }),
        ),
        [],
      ),
    }),
    { conditions: [] },
  ),
});

/** Reads one as the API server gives it; undefined for what is none. */
export function readCertificate(object: object): CertificateView | undefined {
  const parsed = schema.safeParse(object);
  if (!parsed.success) return undefined;
  const { metadata, spec, status } = parsed.data;
  const { namespace, name, uid, generation, annotations, creationTimestamp } = metadata;
  return {
    namespace,
    name,
    uid,
    generation,
    created: creationTimestamp,
    annotations,
    host: spec.dnsNames[0] ?? spec.ipAddresses[0] ?? spec.commonName,
    revision: status.revision,
    isReady: status.conditions.some((it) => it.type === "Ready" && it.status === "True"),
    conditions: status.conditions,
  };
}
