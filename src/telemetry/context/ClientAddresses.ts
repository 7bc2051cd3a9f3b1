import type { LogProperties } from "../Log.ts";
import type { LimitedLog } from "../limitLines.ts";
import { type AddressHash, hashAddresses } from "../redact/hashAddresses.ts";
import type { Attributes } from "../trace/Span.ts";

/** What {@link ClientAddresses} needs of a host. */
export interface ClientAddressesOptions {
  readonly hash: AddressHash;
  /** The address of the client of a request, as the platform knows it; undefined where it does not. */
  readonly addressOf: (request: Request) => string | undefined;
  /** Whether a line would be written now. Default: each line is. */
  readonly isWritten?: LimitedLog["isWritten"] | undefined;
}

/** A line that a client is named on. */
export interface ClientLine {
  readonly level: "warn" | "error";
  readonly message: string;
  /** The `code` that the line has; undefined for none. */
  readonly code: string | undefined;
}

/**
 * Tells the clients of a gate apart without their addresses: with {@link hashAddresses}, only when a line or a span has them.
 * No method rejects.
 */
export class ClientAddresses {
  readonly #options: ClientAddressesOptions;

  constructor(options: ClientAddressesOptions) {
    this.#options = options;
  }

  /** `client_address` and `forwarded_for` of a line of the log, where they are known; nothing for a line that is left out. */
  async ofLine(request: Request, { level, message, code }: ClientLine): Promise<LogProperties> {
    if (this.#options.isWritten?.(level, message, { code }) === false) return {};
    const { client, forwarded } = await this.#redacted(request);
    return {
      ...(client === undefined ? {} : { client_address: client }),
      ...(forwarded === undefined ? {} : { forwarded_for: forwarded }),
    };
  }

  /** The same for a server span, with the names of OpenTelemetry. */
  async ofSpan(request: Request): Promise<Attributes> {
    const { client, forwarded } = await this.#redacted(request);
    return { "client.address": client, "http.request.header.x-forwarded-for": forwarded?.split(", ") };
  }

  async #redacted(
    request: Request,
  ): Promise<{ readonly client?: string | undefined; readonly forwarded?: string | undefined }> {
    try {
      const { addressOf, hash } = this.#options;
      const texts = [addressOf(request), request.headers.get("x-forwarded-for") ?? undefined];
      const [client, forwarded] = await Promise.all(texts.map((it) => it && hashAddresses(it, hash)));
      return { client, forwarded };
    } catch {
      // An answer must not depend on what a line says.
      return {};
    }
  }
}
