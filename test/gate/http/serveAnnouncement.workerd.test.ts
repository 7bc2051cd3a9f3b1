import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { expect, it } from "vitest";
import { COMPATIBILITY_DATE } from "../../../src/cli/dev/DevWorker.ts";
import { eventually } from "../../run/eventually.ts";
import { gateBundle } from "../../run/gateBundle.ts";

it("under workerd, a new announcement in KV is served a second later, without a new deployment", async () => {
  const script = await gateBundle("worker");
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      modules: true,
      script,
      compatibilityDate: COMPATIBILITY_DATE,
      kvNamespaces: ["POSTERN_ANNOUNCEMENTS"],
      host: "127.0.0.1",
      port: 0,
    }),
  );
  try {
    const url = new URL("/.well-known/postern", await miniflare.ready);
    const get = async (): Promise<[number, string]> => {
      const answer = await fetch(url);
      return [answer.status, await answer.text()];
    };
    expect((await get())[0]).toBe(404);
    const kv = await miniflare.getKVNamespace("POSTERN_ANNOUNCEMENTS");
    for (const jws of ["e30.e30.b25l", "e30.e30.dHdv"]) {
      await kv.put("postern", `${jws}\n`);
      await eventually("the announcement", async () => {
        const [status, text] = await get();
        return status === 200 && text === jws ? true : undefined;
      });
    }
  } finally {
    await miniflare.dispose();
  }
});
