import * as z from "zod";

/** The version of the form of decisions. A reader takes this one. */
export const DECISION_VERSION = "records.postern.dev/v1";

const hash = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .describe("SHA-256 in lower-case hex");

const groupVersionKind = z.strictObject({ group: z.string(), version: z.string(), kind: z.string() });
const groupVersionResource = z.strictObject({ group: z.string(), version: z.string(), resource: z.string() });

/** Who called the gate, and who called the API server. */
const who = {
  cluster: z.string().describe("The cluster, as its settings name it"),
  identity: z
    .strictObject({
      tier: z.enum(["none", "client-certificate", "jwt", "capability"]),
      subject: z.optional(z.string()),
    })
    .describe("How the caller of the gate proved that it is this cluster"),
  user: z
    .strictObject({
      name: z.optional(z.string()),
      nameHash: z.optional(hash),
      groups: z.optional(z.array(z.string())),
      groupHashes: z.optional(z.array(hash)),
      omittedGroups: z.optional(z.int()).describe("How many more groups the user has"),
    })
    .describe("The user of the request to the API server; empty where users are not recorded"),
};

const request = z.strictObject({
  uid: z.string(),
  digest: hash.describe(
    "Of the path below the cluster, a NUL, and the body of the call; for a Secret, the hash of the canonical JSON of the review without its data and annotations",
  ),
  purpose: z.enum(["validate", "mutate"]),
  entry: z.optional(z.string()),
  part: z.optional(z.string()),
  operation: z
    .enum(["CREATE", "UPDATE", "DELETE", "CONNECT", "UNKNOWN"])
    .describe("UNKNOWN: the review was too large to be decoded"),
  kind: z.optional(groupVersionKind),
  resource: z.optional(groupVersionResource),
  subresource: z.string(),
  namespace: z.string(),
  name: z.string(),
  dryRun: z.boolean(),
  objectHash: z
    .optional(hash)
    .describe("Of the canonical JSON of the object; for a Secret, without its data and annotations"),
  oldObjectHash: z.optional(hash).describe("Of the canonical JSON of the old object, in the same way"),
  object: z.optional(z.record(z.string(), z.unknown())).describe("The redacted object, where it is configured"),
  objectOmitted: z.optional(z.literal("too-large")),
});

const policyResult = z.strictObject({
  policy: z.string(),
  version: z.optional(z.string()),
  mode: z.enum(["enforce", "warn", "audit"]),
  result: z.enum(["judged", "failed", "missed-deadline", "other-version"]),
  exception: z.optional(z.string()).describe("The exception that applied"),
  findings: z.array(
    z.strictObject({
      effect: z.enum(["deny", "existing", "excepted", "warn", "would-deny", "would-warn", "would-patch"]),
      message: z.string(),
      at: z.optional(z.string()),
    }),
  ),
  omittedFindings: z.optional(z.int()),
});

const verdict = z.strictObject({
  allowed: z.boolean(),
  code: z.optional(z.int()).describe("The HTTP status of a denial"),
  reason: z.optional(z.string()),
  message: z.optional(z.string()).describe("The message of a denial"),
  policies: z.array(policyResult).describe("Each policy that was asked; those with a finding or a failure come first"),
  omittedPolicies: z.optional(z.int()),
  warnings: z.array(z.string()),
  patchHash: z
    .optional(hash)
    .describe(
      "Of the canonical JSON of the JSON Patch, for a Secret without values of its data and annotations; absent when nothing changed",
    ),
});

/** What was decided about one review: the content of a decision record. All texts are bounded. */
export const decisionSchema = z.strictObject({
  apiVersion: z.literal(DECISION_VERSION),
  kind: z.literal("Decision"),
  ...who,
  request,
  verdict,
  durationMs: z.number().describe("From the decoded review to the verdict, in milliseconds of the gate's clock"),
  gate: z.strictObject({ name: z.string(), version: z.optional(z.string()) }),
  traceId: z.optional(z.string().regex(/^[0-9a-f]{32}$/)),
  certificateSerial: z.optional(z.string()),
});

/** See {@link decisionSchema}. */
export type Decision = z.infer<typeof decisionSchema>;

/** A decision record: a decision with its place in the chain of its cluster. Its canonical JSON is a leaf of a Merkle tree. */
export const decisionRecordSchema = z.strictObject({
  seq: z.int().min(0).describe("Counts the records of the cluster, from 0"),
  prev: hash.describe("The leaf hash of the record before; 64 zeros for the first"),
  at: z.iso.datetime().describe("By the clock of the store. Never before the record before"),
  repeats: z
    .optional(z.enum(["other-request", "other-verdict"]))
    .describe("The chain has a record with this uid and path already: of another request, or with another verdict"),
  decision: decisionSchema,
});

/** See {@link decisionRecordSchema}. */
export type DecisionRecord = z.infer<typeof decisionRecordSchema>;
