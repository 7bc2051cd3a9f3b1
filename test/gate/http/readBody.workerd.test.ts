import { once } from "node:events";
import { request } from "node:http";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { bundleWorker } from "../../functions/bundleWorker.ts";
import { WorkerdServer } from "../../functions/WorkerdServer.ts";

const LENGTH = 1_000_000;
const BODY = Buffer.alloc(LENGTH, "x");
const ROUNDS = 60;

it("under workerd, a body that made room for another one is never taken as an empty one", async () => {
  const script = await bundleWorker(fileURLToPath(new URL("readBodyWorker.ts", import.meta.url)));
  const server = await WorkerdServer.start(script);
  const post = async (): Promise<string> => {
    const headers = { "content-length": LENGTH };
    const call = request({ host: "127.0.0.1", port: server.port, method: "POST", agent: false, headers }).end(BODY);
    const [answer] = await once(call, "response");
    return text(answer);
  };
  const answers = new Map<string, number>();
  try {
    for (let round = 0; round < ROUNDS; round += 1)
      for (const answer of await Promise.all([post(), post(), post(), post()]))
        answers.set(answer, (answers.get(answer) ?? 0) + 1);
    expect([...answers.keys()].sort()).toEqual([String(LENGTH), "overloaded"]);
  } finally {
    await server.stop();
  }
});
