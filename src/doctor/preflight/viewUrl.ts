import { rootCertificates } from "node:tls";
import type { CallHttp } from "../../http/callHttp.ts";
import { errorMessage } from "../../telemetry/errorMessage.ts";
import { readableCertificates } from "../../trust/bundle.ts";
import { type ProbeDependencies, probe } from "../../trust/probe/probe.ts";
import type { Certificate } from "../../trust/x509/Certificate.ts";
import { askUrl } from "./askUrl.ts";
import type { ApiServerAnswer, PreflightView } from "./PreflightView.ts";

/** What to look at, and with what. */
export interface ViewUrlDeps {
  readonly now: () => number;
  readonly call: CallHttp;
  readonly resolve: ProbeDependencies["resolve"];
  readonly signal: AbortSignal;
  /** The name of the cluster in the gate. */
  readonly cluster: string | undefined;
  /** The roots for `caBundle`. */
  readonly roots: readonly Certificate[] | undefined;
  /** Asks an API server to call the URL. */
  readonly askApiServer: (() => Promise<ApiServerAnswer>) | undefined;
  /** Says what is done next, for people who wait. */
  readonly progress: (step: string) => void;
}

const HANDSHAKE_MS = 5_000;
const PROBE_MS = 20_000;

/** Looks at a URL from this machine, and from an API server. Registers nothing that lasts. Never rejects, but by `askApiServer`. */
export async function viewUrl(url: string, deps: ViewUrlDeps): Promise<PreflightView> {
  const { now, cluster, roots, resolve, signal, progress } = deps;
  progress("handshakes with each address");
  const probed = await probe(url, { resolve, signal, timeoutMs: HANDSHAKE_MS, totalTimeoutMs: PROBE_MS }).catch(
    (error: unknown) => ({ observations: [], addressesLeftOut: 0, fault: errorMessage(error) }),
  );
  const { observations, addressesLeftOut } = probed;
  if (observations.some(({ ok }) => ok)) progress("calls without a credential");
  const answers = observations.some(({ ok }) => ok) ? await askUrl(url, deps) : undefined;
  if (deps.askApiServer !== undefined) progress("a call of the API server");
  return {
    url,
    now: now(),
    cluster,
    observations,
    addressesLeftOut,
    fault: "fault" in probed ? probed.fault : undefined,
    roots,
    publicRoots: readableCertificates(rootCertificates.join("\n")),
    answers,
    apiServer: await deps.askApiServer?.(),
  };
}
