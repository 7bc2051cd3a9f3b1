import type { CallHttp, HttpCall } from "../http/callHttp.ts";
import { MAX_ANNOUNCEMENT_BYTES } from "./Announcement.ts";
import type { PublishSettings } from "./parseAnnounceConfig.ts";
import { assertListed } from "./providers/listedOrigins.ts";
import type { ProviderDeps } from "./providers/ProviderDeps.ts";
import { ProviderError } from "./providers/ProviderError.ts";
import { CLOUDFLARE_ORIGIN } from "./providers/providerSettings.ts";
import { readSecret } from "./providers/readSecret.ts";

/** Where an announcement is published. It is read back to continue its number. */
export interface PublishPlace {
  /** Name for messages. */
  readonly name: string;
  /** The published announcement, undefined when there is none. Rejects with {@link ProviderError}. */
  readonly read: () => Promise<string | undefined>;
  /** Rejects with {@link ProviderError}. */
  readonly write: (text: string) => Promise<void>;
}

/** Dependencies of {@link publishPlace}. */
export interface PublishDeps extends Pick<ProviderDeps, "env" | "readFile" | "readToken" | "timeoutMs"> {
  readonly call: CallHttp;
  /** Replaces a file atomically, by its path in the config. */
  readonly writeFile: (path: string, text: string) => Promise<void>;
  readonly print: (text: string) => void;
}

/** Returns the place that a config names. The default key in a KV namespace is `gate`. */
export function publishPlace(settings: PublishSettings, gate: string, deps: PublishDeps): PublishPlace {
  const { file, cloudflareKv } = settings;
  if (file !== undefined) return filePlace(file, deps);
  if (cloudflareKv !== undefined) return kvPlace({ ...cloudflareKv, key: cloudflareKv.key ?? gate }, deps);
  return {
    name: "standard output",
    read: async () => undefined,
    write: async (text) => deps.print(text),
  };
}

function filePlace(file: string, { readFile, writeFile }: PublishDeps): PublishPlace {
  return {
    name: file,
    read: () =>
      readFile(file).catch((error: unknown) => {
        if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
        throw new ProviderError("unavailable", `${file} cannot be read`, error);
      }),
    write: (text) =>
      writeFile(file, text).catch((error: unknown): never => {
        throw new ProviderError("unavailable", `${file} cannot be written`, error);
      }),
  };
}

type KvSettings = NonNullable<PublishSettings["cloudflareKv"]> & { readonly key: string };

/** GET and PUT /accounts/ACCOUNT/storage/kv/namespaces/NAMESPACE/values/KEY (permission: Workers KV Storage Write). */
function kvPlace({ account, namespace, key, token, api }: KvSettings, deps: PublishDeps): PublishPlace {
  const url = `${api}/accounts/${account}/storage/kv/namespaces/${namespace}/values/${encodeURIComponent(key)}`;
  const call = async (more: Pick<HttpCall, "method" | "body">): Promise<{ status: number; text: string }> => {
    assertListed(api, { setting: "publish.cloudflareKv.api", own: [CLOUDFLARE_ORIGIN], env: deps.env });
    const headers = { authorization: `Bearer ${await readSecret(token, api, deps)}`, "content-type": "text/plain" };
    return deps.call({ url, headers, timeoutMs: deps.timeoutMs, maxBytes: 2 * MAX_ANNOUNCEMENT_BYTES, ...more });
  };
  const fail = (what: string, status: number): never => {
    const code = status === 429 ? "rate-limited" : status >= 500 ? "unavailable" : "refused";
    throw new ProviderError(code, `${what} the KV namespace: ${new URL(api).host} answers ${status}`);
  };
  return {
    name: `${key} in the KV namespace ${namespace}`,
    read: async () => {
      const { status, text } = await call({});
      if (status === 404) return undefined;
      return status === 200 ? text : fail("reading", status);
    },
    write: async (body) => {
      const { status } = await call({ method: "PUT", body });
      if (status !== 200) fail("writing to", status);
    },
  };
}
