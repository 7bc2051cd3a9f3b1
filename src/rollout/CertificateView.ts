import * as z from "zod/mini";

/** A condition of a Certificate. */
export interface CertificateCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
  readonly observedGeneration?: number | undefined;
  readonly lastTransitionTime?: string | undefined;
}

/** The parts of a cert-manager Certificate (cert-manager.io/v1) that a rollout needs. */
export interface CertificateView {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly generation: number;
  /** The creation time, in RFC 3339; empty when it is not set. */
  readonly created: string;
  readonly annotations: Readonly<Record<string, string>>;
  /** The first DNS name, else the first IP address, else the common name. */
  readonly host: string | undefined;
  /** Undefined before the first certificate is issued. */
  readonly revision: number | undefined;
  /** Whether the condition `Ready` is True. */
  readonly isReady: boolean;
  readonly conditions: readonly CertificateCondition[];
}

const textMap = z._default(z.record(z.string(), z.string()), {});
const list = z._default(z.array(z.string()), []);
const text = z.optional(z.string());
const schema = z.looseObject({
  metadata: z.looseObject({
    namespace: z.string(),
    name: z.string(),
    uid: z.string(),
    generation: z._default(z.number(), 0),
    creationTimestamp: z._default(z.string(), ""),
    annotations: textMap,
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

/** Decodes a stored Certificate; undefined when the object is not one. */
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
