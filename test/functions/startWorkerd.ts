import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { bundleFunction } from "../../infra/bundleFunction.ts";
import { COMPATIBILITY_DATE } from "../../src/cli/DevWorker.ts";
import type { Runtime, StartRuntime } from "./Runtime.ts";

/** functions/worker.ts as it is deployed: the bundle, in workerd. */
export const startWorkerd: StartRuntime = async (gate, env = {}): Promise<Runtime> => {
  const { text } = await bundleFunction("worker", gate);
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      modules: true,
      script: text,
      compatibilityDate: COMPATIBILITY_DATE,
      bindings: { ...env },
      host: "127.0.0.1",
      port: 0,
    }),
  );
  const base = await miniflare.ready;
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
