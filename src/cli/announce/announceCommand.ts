import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { type Announcement, announcementSchema } from "../../announcement/Announcement.ts";
import { announcedRoots } from "../../announcement/announcedRoots.ts";
import { announcedUrlFault } from "../../announcement/announcedUrlFault.ts";
import { makeAnnouncement } from "../../announcement/makeAnnouncement.ts";
import { type PublishDeps, publishPlace } from "../../announcement/PublishPlace.ts";
import { type AnnounceConfig, parseAnnounceConfig } from "../../announcement/parseAnnounceConfig.ts";
import { askProvider } from "../../announcement/providers/askProvider.ts";
import { ProviderError } from "../../announcement/providers/ProviderError.ts";
import type { ProviderReport } from "../../announcement/providers/ProviderReport.ts";
import { readAnnouncementKey } from "../../announcement/readAnnouncementKey.ts";
import { signAnnouncement } from "../../announcement/signAnnouncement.ts";
import { ConfigError } from "../../config/ConfigError.ts";
import { printable } from "../../telemetry/printable.ts";
import { callHttp } from "../../trust/probe/callHttp.ts";
import { HttpCallError } from "../../trust/probe/HttpCallError.ts";
import { viewEndpoint } from "../../trust/probe/viewEndpoint.ts";
import { readFault } from "../manifests/findInputFiles.ts";
import { CliError, type CliErrorCode } from "../terminal/CliError.ts";
import { EXIT_OK } from "../terminal/exitCode.ts";
import type { Terminal } from "../terminal/Terminal.ts";
import { writeFileBeside } from "../terminal/writeFileBeside.ts";

/** Options of `postern announce`. */
export interface AnnounceOptions {
  readonly config: string;
  readonly dryRun?: boolean;
  readonly output: "text" | "json";
}

/**
 * Asks the provider what comes next, signs it and publishes it. Nothing is published where the provider, or the place,
 * cannot be asked: what is there runs out by itself. Resolves to the exit code; throws {@link CliError}.
 */
export async function announceCommand(terminal: Terminal, options: AnnounceOptions): Promise<number> {
  try {
    const { config: file, dryRun = false } = options;
    const text = await readFile(file, "utf8").catch((error: unknown): never => {
      throw new ConfigError("unreadable-config", `--config: ${file} ${readFault(error)}`, error);
    });
    const config = parseAnnounceConfig(file, text);
    const inFolder = (path: string): string => resolve(dirname(file), path);
    const key = await readAnnouncementKey(inFolder(config.key));
    const world = worldOf(terminal, config, inFolder);
    const report = await askProvider(config.provider, world);
    const content = contentOf(config, report);
    const place = publishPlace(config.publish, config.gate, world);
    const order = { content, published: await place.read(), key, lifetime: config.lifetime, now: Date.now() };
    const { announcement, isNew } = await makeAnnouncement(order);
    if (!dryRun) await place.write(`${await signAnnouncement(announcement, key)}\n`);
    const isPipe = config.publish.stdout === true && !dryRun;
    const say = isPipe ? terminal.stderr : terminal.stdout;
    if (options.output === "json")
      say.write(
        `${JSON.stringify({ published: !dryRun, new: isNew, place: place.name, announcement, provider: report })}\n`,
      );
    else
      for (const line of linesOf(announcement, report, { dryRun, isNew, place: place.name }))
        say.write(`${printable(line)}\n`);
    return EXIT_OK;
  } catch (error) {
    if (error instanceof ProviderError)
      throw new CliError(codeOf(error), `nothing is announced: ${error.message}`, error);
    if (error instanceof HttpCallError)
      throw new CliError("not-announced", `nothing is announced: ${error.message}`, error);
    throw error;
  }
}

function codeOf({ code }: ProviderError): CliErrorCode {
  if (code === "missing-package") return "missing-package";
  return code === "missing-secret" ? "missing-secret" : "not-announced";
}

type World = PublishDeps & Parameters<typeof askProvider>[1];

function worldOf({ env, stdout }: Terminal, { timeout }: AnnounceConfig, inFolder: (path: string) => string): World {
  return {
    env,
    timeout,
    call: callHttp,
    readFile: (path) => readFile(inFolder(path), "utf8"),
    writeFile: (path, text) => writeFileBeside(inFolder(path), text, 0o644),
    print: (text) => stdout.write(text),
    view: (base) => {
      return viewEndpoint(base, { handshake: timeout, probe: 2 * timeout }, Date.now);
    },
  };
}

/** What is to be said, held to what a sync would take: what it would refuse is not published. */
function contentOf(
  { gate, clusters, url: configured }: AnnounceConfig,
  { url: provided, roots }: ProviderReport,
): Pick<Announcement, "gate" | "clusters" | "url" | "roots"> {
  const url = configured ?? provided;
  if (url === undefined)
    throw new ConfigError("bad-config", "url: the provider is not asked for the gate's URL, so it has to be said here");
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
    throw new ConfigError("bad-config", "more is to be said than one announcement holds");
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
    ...(renewsAt === undefined ? [] : [`the next certificate is to be expected from ${renewsAt} on`]),
    `${dryRun ? "would announce" : "announced"} ${seq}${isNew ? "" : " again"}: ${url}, roots ${roots.join(", ") || "none"}, for ${clusters.join(", ")}, until ${new Date(exp * 1000).toISOString()}`,
    `${dryRun ? "would publish" : "published"} to ${place}`,
  ];
}
