import * as z from "zod/mini";

/** A text that the whole pattern matches. */
export const text = (pattern: RegExp, expected: string): z.ZodMiniString =>
  z.string().check(z.regex(pattern, `expected ${expected}`));
/** What the API server checks, and this command does not. */
export const free = z.record(z.string(), z.unknown());

/** A DNS subdomain as names of objects are: its labels begin and end with a letter or a digit. */
export const objectName = text(
  /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/,
  "the name of an object: lower-case letters, digits, - and ., and a letter or digit on both sides of each .",
).check(z.maxLength(253));
const registry =
  /(([A-Za-z0-9]+(-+[A-Za-z0-9]+)*(\.[A-Za-z0-9]+(-+[A-Za-z0-9]+)*)*|\[[0-9A-Fa-f:]+\])(:[0-9]{1,5})?\/)?/;
const pathPart = /[a-z0-9]+((\.|__?|-+)[a-z0-9]+)*/;
const digest = /@sha256:[0-9a-f]{64}/;
/** A reference as container runtimes read it (github.com/distribution/reference), with a tag or a digest. */
export const image = text(
  new RegExp(
    `^${registry.source}${pathPart.source}(/${pathPart.source})*(:[A-Za-z0-9_][A-Za-z0-9._-]{0,127}(${digest.source})?|${digest.source})$`,
  ),
  "an image with a tag or a digest, such as registry.example.com/postern:0.1.0 or NAME@sha256:DIGEST, whose path is in lower case",
);

const QUANTITY = "expected a quantity such as 50m or 128Mi";
const quantity = z.union(
  [z.string().check(z.regex(/^[0-9]+(\.[0-9]+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$/, QUANTITY)), z.number().check(z.minimum(0))],
  QUANTITY,
);
const amounts = z.strictObject({
  cpu: z.optional(quantity),
  memory: z.optional(quantity),
  "ephemeral-storage": z.optional(quantity),
});
/** The resources of a container. */
export const resources = z.strictObject({ requests: z.optional(amounts), limits: z.optional(amounts) });

const KEY = "a key such as team or example.com/team: at most 63 letters, digits, -, _ and . behind the slash";
/** A qualified name of Kubernetes: a name, after a DNS subdomain and a slash or alone. */
const qualifiedName = (letters: string): z.ZodMiniString => {
  const label = `[${letters}]([${letters}-]*[${letters}])?`;
  return text(new RegExp(`^(${label}(\\.${label})*/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$`), KEY);
};
/** Annotations by their key. The API server takes upper case before the slash, as in no label. */
export const annotations = z.record(qualifiedName("A-Za-z0-9"), z.string());
/** Labels by their key. */
const labels = z.record(
  qualifiedName("a-z0-9"),
  text(
    /^([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?$/,
    "the value of a label: at most 63 letters, digits, -, _ and ., with a letter or digit at both ends",
  ),
);

/** Variables of a container. */
export const env = z.array(
  z.strictObject({
    name: text(
      /^[A-Za-z_][A-Za-z0-9_.-]*$/,
      "the name of a variable: letters, digits, _, - and ., without a digit first",
    ),
    value: z.optional(z.string()),
    valueFrom: z.optional(free),
  }),
);
const tolerations = z.array(
  z.strictObject({
    key: z.optional(z.string()),
    operator: z.optional(z.enum(["Exists", "Equal", "Lt", "Gt"])),
    value: z.optional(z.string()),
    effect: z.optional(z.enum(["NoSchedule", "PreferNoSchedule", "NoExecute"])),
    tolerationSeconds: z.optional(z.int()),
  }),
);

/** What all Pods get. */
export const podSchema = z.strictObject({
  nodeSelector: labels,
  tolerations,
  affinity: free,
  priorityClassName: z.optional(objectName),
  labels,
  annotations,
});

/** Peers of a NetworkPolicy. */
export const peers = z.array(
  z.strictObject({
    ipBlock: z.optional(z.strictObject({ cidr: z.string(), except: z.optional(z.array(z.string())) })),
    namespaceSelector: z.optional(free),
    podSelector: z.optional(free),
  }),
);
/** Egress rules of a NetworkPolicy. */
export const egressRules = z.array(
  z.strictObject({
    to: z.optional(peers),
    ports: z.optional(
      z.array(
        z.strictObject({
          protocol: z.optional(z.enum(["TCP", "UDP", "SCTP"])),
          port: z.optional(z.union([z.string(), z.int()], "expected a number or the name of a port")),
          endPort: z.optional(z.int()),
        }),
      ),
    ),
  }),
);
