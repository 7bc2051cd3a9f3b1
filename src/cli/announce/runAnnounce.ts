import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { type Announcement, announcementSchema } from "../../announcement/Announcement.ts";
import { readAnnouncementKey, signAnnouncement } from "../../announcement/AnnouncementKey.ts";
import { announcedRoots } from "../../announcement/announcedRoots.ts";
import { announcedUrlFault } from "../../announcement/announcedUrlFault.ts";
import { makeAnnouncement } from "../../announcement/makeAnnouncement.ts";
import { type PublishDeps, publishPlace } from "../../announcement/PublishPlace.ts";
import { type AnnounceConfig, parseAnnounceConfig } from "../../announcement/parseAnnounceConfig.ts";
import { askProvider } from "../../announcement/providers/askProvider.ts";
import { ProviderError } from "../../announcement/providers/ProviderError.ts";
import type { ProviderReport } from "../../announcement/providers/ProviderReport.ts";
import { readTokenFile, tokenFolderOf } from "../../announcement/providers/readTokenFile.ts";
import { ConfigError } from "../../config/ConfigError.ts";
import { callHttp } from "../../http/callHttp.ts";
import { HttpCallError } from "../../http/HttpCallError.ts";
import { printable } from "../../telemetry/printable.ts";
import { viewEndpoint } from "../../trust/probe/viewEndpoint.ts";
import { CliError, type CliErrorCode } from "../terminal/CliError.ts";
import { EXIT_OK } from "../terminal/exitCode.ts";
import { whileWorking } from "../terminal/progress/whileWorking.ts";
import { readConfigFile } from "../terminal/readConfigFile.ts";
import type { Terminal } from "../terminal/Terminal.ts";
import { writeFileAtomically } from "../terminal/writeFileAtomically.ts";

/** Options of `postern announce`, as they are given. */
export interface AnnounceOptions {
  readonly config: string;
  readonly dryRun?: boolean;
  readonly output: "text" | "json";
}

/**
 * Asks the provider what comes next, signs it and publishes it. Publishes nothing when the provider or the place does
 * not answer: the published announcement then expires. Resolves to the exit code. Throws {@link CliError}.
 */
export async function runAnnounce(terminal: Terminal, options: AnnounceOptions): Promise<number> {
  try {
    const { config: file, dryRun = false } = options;
    const config = parseAnnounceConfig(file, await readConfigFile(file));
    const inFolder = (path: string): string => resolve(dirname(file), path);
    const key = await readAnnouncementKey(inFolder(config.key));
    const dependencies = dependenciesOf(terminal, config, inFolder);
    const report = await whileWorking(terminal, "asking the provider", () =>
      askProvider(config.provider, dependencies),
    );
    const content = contentOf(config, report);
    const place = publishPlace(config.publish, config.gate, dependencies);
    const input = {
      content,
      published: await place.read(),
      key,
      lifetimeSeconds: config.lifetimeSeconds,
      now: Date.now(),
    };
    const { announcement, isNew } = await makeAnnouncement(input);
    if (!dryRun) await place.write(`${await signAnnouncement(announcement, key)}\n`);
    const isPipe = config.publish.stdout === true && !dryRun;
    const output = isPipe ? terminal.stderr : terminal.stdout;
    if (options.output === "json")
      output.write(
        `${JSON.stringify({ published: !dryRun, new: isNew, place: place.name, announcement, provider: report })}\n`,
      );
    else
      for (const line of linesOf(announcement, report, { dryRun, isNew, place: place.name }))
        output.write(`${printable(line)}\n`);
    return EXIT_OK;
  } catch (error) {
    if (error instanceof ProviderError && error.code === "unlisted-host")
      throw new ConfigError("bad-config", error.message, error);
    if (error instanceof ProviderError) throw new CliError(codeOf(error), `nothing announced: ${error.message}`, error);
    if (error instanceof HttpCallError)
      throw new CliError("not-announced", `nothing announced: ${error.message}`, error);
    throw error;
  }
}

function codeOf({ code }: ProviderError): CliErrorCode {
  if (code === "missing-package") return "missing-package";
  return code === "missing-secret" ? "missing-secret" : "not-announced";
}

type Dependencies = PublishDeps & Parameters<typeof askProvider>[1];

function dependenciesOf(
  { env, stdout }: Terminal,
  { timeoutMs }: AnnounceConfig,
  inFolder: (path: string) => string,
): Dependencies {
  return {
    env,
    timeoutMs,
    call: callHttp,
    readFile: (path) => readFile(inFolder(path), "utf8"),
    readToken: (path) => readTokenFile(path, { base: inFolder("."), folders: [inFolder("."), tokenFolderOf(env)] }),
    writeFile: (path, text) => writeFileAtomically(inFolder(path), text, 0o644),
    print: (text) => stdout.write(text),
    view: (base) => {
      return viewEndpoint(base, { handshakeMs: timeoutMs, probeMs: 2 * timeoutMs });
    },
  };
}

/** The content to announce. Throws `ConfigError` for content that a sync would refuse. */
function contentOf(
  { gate, clusters, url: configured }: AnnounceConfig,
  { url: provided, roots }: ProviderReport,
): Pick<Announcement, "gate" | "clusters" | "url" | "roots"> {
  const url = configured ?? provided;
  if (url === undefined)
    throw new ConfigError("bad-config", "url: required, because this provider does not report the URL of the gate");
  const fault = announcedUrlFault(url);
  if (fault !== undefined) throw new ConfigError("bad-config", `url: ${fault}`);
  const content = { gate, clusters, url, roots: [...new Set(roots)].sort() };
  const known = announcedRoots(
    content.roots.filter((root) => !root.startsWith("sha256:")),
    [],
  );
  if (!known.ok) throw new ConfigError("bad-config", `roots: ${known.message}`);
  const sample = { ...content, iat: 1, exp: 2, seq: 1 };
  if (!announcementSchema.safeParse(sample).success)
    throw new ConfigError("bad-config", "the content is too large for one announcement");
  return content;
}

function linesOf(
  { url, roots, exp, seq, clusters }: Announcement,
  { certificates, renewsAt, notes }: ProviderReport,
  { dryRun, isNew, place }: { dryRun: boolean; isNew: boolean; place: string },
): string[] {
  return [
    ...certificates.map(
      (it) => `${it.state}  ${it.issuer}${it.notAfter === undefined ? "" : `, until ${it.notAfter}`}`,
    ),
    ...notes.map((note) => `note: ${note}`),
    ...(renewsAt === undefined ? [] : [`the next certificate is expected from ${renewsAt}`]),
    `${dryRun ? "would announce" : "announced"} ${seq}${isNew ? "" : " again"}: ${url}, roots ${roots.join(", ") || "none"}, for ${clusters.join(", ")}, until ${new Date(exp * 1000).toISOString()}`,
    `${dryRun ? "would publish" : "published"} to ${place}`,
  ];
}
