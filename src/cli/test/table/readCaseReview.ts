import { join } from "node:path";
import { isJsonObject, type JsonObject } from "../../../protocol/Json.ts";
import { decodeAdmissionReview } from "../../../protocol/review/decodeAdmissionReview.ts";
import type { Review } from "../../../protocol/review/Review.ts";
import type { DeclaredResources } from "../../manifests/declaredResources.ts";
import { objectFault } from "../../manifests/objectFault.ts";
import { readReviews } from "../../manifests/readReviews.ts";
import { type ManifestOperation, reviewOfManifest } from "../../manifests/reviewOfManifest.ts";
import { formatFault } from "../../terminal/InputFault.ts";
import type { WrittenCase } from "./tableSchema.ts";

/** What a case gets from its table. */
export interface CaseSurroundings {
  /** Of the table; paths in it are relative to this. */
  readonly folder: string;
  /** Files with CustomResourceDefinitions, as they are to be opened. */
  readonly crds: readonly string[];
  readonly declared: DeclaredResources;
  /** Of namespaced objects that name none. */
  readonly namespace: string | undefined;
  readonly user: WrittenCase["user"];
}

/** Why a case has no review: the field that is wrong, and what is wrong with it. */
export interface CaseFault {
  /** From the case. */
  readonly path: readonly string[];
  readonly message: string;
}

/**
 * The review of a case: a captured one, or that of a manifest as `postern review` makes it, with the old object, the operation, the
 * namespace and the user of the case. Returns the fault of a case whose input cannot be used.
 */
export async function readCaseReview(written: WrittenCase, around: CaseSurroundings): Promise<Review | CaseFault> {
  const { manifest, review, old } = written;
  if (manifest !== undefined && review !== undefined)
    return { path: ["review"], message: "manifest and review exclude each other; leave one out" };
  if (review !== undefined) return capturedReview(written, review, around);
  if (manifest === undefined)
    return { path: [], message: "manifest is missing: the object that comes in, or review with an AdmissionReview" };
  const operation = written.operation ?? (old === undefined ? "CREATE" : "UPDATE");
  if (old !== undefined && operation !== "UPDATE") return { path: ["old"], message: withoutOld(operation) };
  const read = await readObject("manifest", manifest, operation, around);
  if ("message" in read) return read;
  const fault = namespaceFault(written, read);
  if (fault !== undefined) return fault;
  const asked = { ...read, ...userOf(around.user) };
  if (old === undefined) return asked;
  const before = await readObject("old", old, "CREATE", around);
  if ("message" in before) return before;
  const other = identityFault(asked, before);
  return other === undefined ? { ...asked, oldObject: before.object } : { path: ["old"], message: other };
}

/** The paths that a case names, as they are to be opened. */
export function inputsOf({ manifest, review, old }: WrittenCase, folder: string): string[] {
  return [manifest, review, old].flatMap((it) => (typeof it === "string" ? [join(folder, it)] : []));
}

function withoutOld(operation: ManifestOperation): string {
  if (operation === "CREATE") return "an object that is created has no old object; leave out old, or the operation";
  return "for DELETE the manifest is the object that is deleted; leave out old";
}

/** The user of a review; a case without groups has those of every user. */
function userOf(user: WrittenCase["user"]): { user?: Review["user"] } {
  if (user === undefined) return {};
  const { username, groups = ["system:authenticated"] } = user;
  return { user: { username, uid: "", groups, extra: {} } };
}

function namespaceFault({ namespace }: WrittenCase, review: Review): CaseFault | undefined {
  if (namespace === undefined || review.namespace === "" || review.namespace === namespace) return undefined;
  const message = `the manifest is in the namespace ${review.namespace}; leave out one of the two`;
  return { path: ["namespace"], message };
}

function identityFault(now: Review, before: Review): string | undefined {
  const named = ({ kind, namespace, name }: Review): string =>
    `${kind.kind} ${namespace === "" ? "" : `${namespace}/`}${name === "" ? "(no name)" : name}`;
  if (named(now) === named(before) && now.kind.group === before.kind.group) return undefined;
  return `is ${named(before)}, and the manifest is ${named(now)}; an update has the same object before and after`;
}

/** The object of a field, which is written there or in a file. */
async function readObject(
  field: "manifest" | "old",
  written: string | JsonObject,
  operation: ManifestOperation,
  around: CaseSurroundings,
): Promise<Review | CaseFault> {
  const { namespace, declared } = around;
  if (typeof written === "string") {
    const read = await readFile(field, written, { operation, around });
    if ("message" in read || read.isManifest) return "message" in read ? read : read.review;
    return { path: [field], message: `${written} has an AdmissionReview; name it with review` };
  }
  const fault = objectFault(written, true);
  if (fault !== undefined) return { path: [field, ...fault.keys], message: fault.message };
  if (written.kind === "AdmissionReview")
    return { path: [field], message: "is an AdmissionReview; write it as review" };
  const review = reviewOfManifest(structuredClone(written), { operation, namespace, declared }, "case");
  return review ?? { path: [field, "metadata"], message: "expected an object" };
}

async function capturedReview(
  written: WrittenCase,
  review: string | JsonObject,
  around: CaseSurroundings,
): Promise<Review | CaseFault> {
  for (const field of ["old", "operation", "namespace", "user"] as const)
    if (written[field] !== undefined) return { path: [field], message: "is in the review already; leave it out" };
  if (typeof review === "string") {
    const read = await readFile("review", review, { operation: "CREATE", around });
    if ("message" in read) return read;
    if (read.isManifest)
      return { path: ["review"], message: `${review} has no AdmissionReview; name it with manifest` };
    return read.review;
  }
  if (review.kind !== "AdmissionReview")
    return { path: ["review"], message: "is no AdmissionReview; expected kind: AdmissionReview" };
  const decoded = decodeAdmissionReview(review);
  if (decoded.ok) return decoded.value;
  return { path: ["review"], message: `${decoded.fault.path}: ${decoded.fault.expected}` };
}

/** The one object of a file. */
async function readFile(
  field: string,
  path: string,
  { operation, around }: { readonly operation: ManifestOperation; readonly around: CaseSurroundings },
): Promise<{ readonly review: Review; readonly isManifest: boolean } | CaseFault> {
  const file = join(around.folder, path);
  const fail = (message: string): CaseFault => ({ path: [field], message });
  if (path === "-") return fail("standard input is no file of a case; name a file");
  const { namespace, crds } = around;
  const read = await readReviews([...crds.filter((it) => it !== file), file], { operation, namespace }, NO_INPUT);
  const [fault] = read.faults.filter((it) => it.file === file || it.file.startsWith(`${file}/`));
  if (fault !== undefined) return fail(formatFault(fault));
  const reviews = read.reviews.filter((it) => it.file === file);
  const [only] = reviews;
  if (only === undefined) return fail(`${file} has no object; a case needs one`);
  if (reviews.length > 1) {
    const lines = reviews.map(({ line }) => line).join(", ");
    return fail(
      `${file} has ${reviews.length} objects, in the lines ${lines}; a case is about one: make a file of each`,
    );
  }
  return { review: only.review, isManifest: isManifestOf(only.review) };
}

/** A captured review has the uid that the API server gave it. */
function isManifestOf({ uid }: Review): boolean {
  return /^review-\d+$/.test(uid);
}

/** No file of a case is standard input. */
export const NO_INPUT: AsyncIterable<string> = {
  async *[Symbol.asyncIterator]() {},
};

/** The definitions among some reviews. */
export function definitionsOf(reviews: readonly { readonly review: Review }[]): JsonObject[] {
  return reviews.flatMap(({ review: { object } }) => (isJsonObject(object) ? [object] : []));
}
