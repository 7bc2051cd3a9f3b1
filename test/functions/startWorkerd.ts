import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { COMPATIBILITY_DATE } from "../../src/cli/dev/DevWorker.ts";
import { gateBundle } from "../run/gateBundle.ts";
import { printWorkerLog } from "./printWorkerLog.ts";
import type { Runtime, StartRuntime } from "./Runtime.ts";

/** Starts functions/worker.ts as deployed: the bundle in workerd. */
export const startWorkerd: StartRuntime = async (gate, env = {}): Promise<Runtime> => {
  const script = await gateBundle("worker", gate);
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      modules: true,
      script,
      compatibilityDate: COMPATIBILITY_DATE,
      bindings: { ...env },
      host: "127.0.0.1",
      port: 0,
      handleStructuredLogs: printWorkerLog,
    }),
  );
  const base = await miniflare.ready.catch(async (error: unknown): Promise<never> => {
    await miniflare.dispose().catch(() => undefined);
    throw error;
  });
  return {
    async call({ method = "POST", path, headers = {}, body }) {
      const response = await fetch(new URL(path, base), {
        method,
        headers,
        redirect: "manual",
        ...(body === undefined ? {} : { body }),
      });
      return { status: response.status, headers: response.headers, text: await response.text() };
    },
    stop: () => miniflare.dispose(),
  };
};
