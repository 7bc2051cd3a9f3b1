import { capability } from "../../identity/capability/capability.ts";
import { clientCertificate } from "../../identity/certificate/clientCertificate.ts";
import { IdentitySettingsError } from "../../identity/IdentitySettingsError.ts";
import type { IdentityTier } from "../../identity/IdentityTier.ts";
import { jwt } from "../../identity/jwt/jwt.ts";
import { type ClusterChoice, KubernetesClient } from "../../kubernetes/KubernetesClient.ts";
import type { JsonObject } from "../../protocol/Json.ts";
import { isObjectName } from "../../protocol/kubernetesNames.ts";
import { printable } from "../../telemetry/printable.ts";
import { CliError } from "../terminal/CliError.ts";
import { EXIT_OK } from "../terminal/exitCode.ts";
import { whileWorking } from "../terminal/progress/whileWorking.ts";
import type { Terminal } from "../terminal/Terminal.ts";
import { callerNotes } from "./callerNotes.ts";
import { literalOf, propertyName } from "./literalOf.ts";
import { nextStepsText } from "./nextStepsText.ts";
import { type KeyPlace, placeKeys } from "./placeKeys.ts";
import { type PinnedCertificate, readClientCertificate } from "./readClientCertificate.ts";
import { readClusterIssuer } from "./readClusterIssuer.ts";

/** Options of `postern enroll`, as they are given. */
export interface EnrollOptions extends ClusterChoice {
  readonly cluster: string;
  readonly tier: IdentityTier["name"];
  readonly subject?: readonly string[];
  readonly audience?: readonly string[];
  readonly keys?: KeyPlace;
  readonly certificate?: readonly string[];
  readonly output: "text" | "json";
}

/** What `postern enroll` found. */
interface Enrolled {
  readonly settings: JsonObject;
  readonly notes: readonly string[];
  readonly keys?: KeyPlace;
  readonly certificates?: readonly Omit<PinnedCertificate, "notes">[];
}

const TIERS = { jwt, capability, "client-certificate": clientCertificate } as const;
/** The options that each tier takes, beside those that all do. */
const TAKES: Readonly<Record<EnrollOptions["tier"], readonly (keyof EnrollOptions)[]>> = {
  jwt: ["subject", "audience", "keys", "context", "kubeconfig"],
  capability: ["subject", "keys", "context", "kubeconfig"],
  "client-certificate": ["certificate"],
};

/**
 * Prints the settings of a cluster for a gate, which the tier has checked. Resolves to the exit code. Throws {@link CliError} and
 * `KubernetesError`. `fetch` finds keys at issuers.
 */
export async function runEnroll(
  terminal: Terminal,
  options: EnrollOptions,
  fetch: typeof globalThis.fetch = globalThis.fetch,
): Promise<number> {
  const { cluster, tier, output } = options;
  checkOptions(options);
  const enrolled = await whileWorking(terminal, "asking the API server and the issuer", () =>
    tier === "client-certificate" ? ofCertificates(options) : ofIssuer(options, fetch),
  );
  const { settings, notes, ...more } = enrolled;
  checkSettings(TIERS[tier](), settings);
  for (const note of notes) terminal.stderr.write(`postern: ${printable(note)}\n`);
  if (output === "json") {
    terminal.stdout.write(`${JSON.stringify({ cluster, settings: { identity: [settings] }, ...more }, null, 2)}\n`);
    return EXIT_OK;
  }
  const head = `${propertyName(cluster)}: `;
  terminal.stdout.write(`${head}${literalOf({ identity: [settings] }, head.length)},\n`);
  const pins = (more.certificates ?? []).filter(({ subject }) => subject !== "").map(({ fingerprint }) => fingerprint);
  if (pins.length > 0)
    terminal.stdout.write(`// Instead of subjects, until a renewal: fingerprints: ${JSON.stringify(pins)}\n`);
  terminal.stderr.write(nextStepsText(options));
  return EXIT_OK;
}

function checkOptions(options: EnrollOptions): void {
  const { cluster, tier, subject = [], certificate = [] } = options;
  const name = JSON.stringify(cluster);
  if (!isObjectName(cluster))
    throw new CliError(
      "usage",
      printable(`--cluster ${name} is not a cluster name: expected lower-case letters, digits, '-' and '.'`),
    );
  const all = new Set(Object.values(TAKES).flat());
  const wrong = [...all].find((option) => options[option] !== undefined && !TAKES[tier].includes(option));
  if (wrong !== undefined) throw new CliError("usage", `--${wrong} is not for --tier ${tier}`);
  if (tier === "jwt" && subject.length === 0)
    throw new CliError(
      "usage",
      "--tier jwt needs --subject TEXT: the sub of the tokens, else any ServiceAccount could call",
    );
  if (tier === "capability" && subject.length > 1)
    throw new CliError("usage", "--tier capability takes one --subject: the ServiceAccount of the sync");
  if (tier === "client-certificate" && certificate.length === 0)
    throw new CliError("usage", "--tier client-certificate needs --certificate FILE");
}

async function ofIssuer(options: EnrollOptions, fetch: typeof globalThis.fetch): Promise<Enrolled> {
  const { tier, subject, audience, keys: wanted } = options;
  const found = await readClusterIssuer(await KubernetesClient.create(options));
  const { place, settings, notes } = await placeKeys(found, wanted, fetch);
  const { issuer, ...keys } = settings;
  const own =
    tier === "jwt"
      ? { subjects: subject, ...(audience === undefined ? {} : { audiences: audience }) }
      : { ...(subject === undefined ? {} : { subject: subject[0] }) };
  return {
    settings: { tier, issuer, ...own, ...keys },
    notes: [...found.notes, ...callerNotes(options, found.issuer), ...notes],
    keys: place,
  };
}

async function ofCertificates({ tier, certificate = [] }: EnrollOptions): Promise<Enrolled> {
  const now = Date.now();
  const pinned = await Promise.all(certificate.map((file) => readClientCertificate(file, now)));
  const subjects = [...new Set(pinned.flatMap(({ subject }) => (subject === "" ? [] : subject)))];
  // A certificate without a subject can be named by its fingerprint only.
  const fingerprints = pinned.flatMap(({ subject, fingerprint }) => (subject === "" ? fingerprint : []));
  return {
    settings: {
      tier,
      ...(subjects.length === 0 ? {} : { subjects }),
      ...(fingerprints.length === 0 ? {} : { fingerprints }),
    },
    notes: pinned.flatMap(({ notes }) => notes),
    certificates: pinned.map(({ notes: _, ...rest }) => rest),
  };
}

/** So that the settings are the ones that a gate accepts. */
function checkSettings(tier: IdentityTier, settings: JsonObject): void {
  try {
    tier.check(settings);
  } catch (error) {
    if (!(error instanceof IdentitySettingsError)) throw error;
    const fault = `${error.path}${error.message.startsWith(":") ? "" : " "}${error.message}`;
    throw new CliError("usage", `the tier ${tier.name} does not take the settings: ${fault}`, error);
  }
}
