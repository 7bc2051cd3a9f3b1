import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readReview } from "../../../fixtures/readReview.ts";
import { callHttps } from "../../callHttps.ts";
import { InputFolder } from "../../InputFolder.ts";
import { PosternProcess } from "../../PosternProcess.ts";
import { runPostern } from "../../runPostern.ts";

const GATE = `import { defineGate, deny, policy } from "postern";
export default defineGate({
  policies: [policy({ name: "no", match: { resources: ["pods"] }, validate: () => deny("never") })],
  clusters: { local: { identity: 'none', records: { profile: "compliance" } } },
});
`;
const worker = (imported: string, options: string): string => `import { createWorker${imported} } from "postern/gate";
import gate from "./gate.ts";
export default createWorker(gate${options});
`;

let folder: InputFolder;
let dev: PosternProcess | undefined;
beforeEach(() => {
  folder = new InputFolder();
});
afterEach(async () => {
  dev?.kill();
  await dev?.ended;
  folder.remove();
});

/** Starts `postern dev`, and resolves to the line about records and the answer to a review. */
async function answered(...args: readonly string[]): Promise<{ readonly records: string; readonly answer: unknown }> {
  dev = new PosternProcess(["dev", "--port", "0", ...args], folder.path);
  const port = Number((await dev.says(/^postern dev +https:\/\/localhost:(\d+)\/c\/local\/validate$/m))[1]);
  const [, records = ""] = await dev.says(/^records +(.*)$/m);
  await dev.says(/^registration /m);
  const ca = readFileSync(`${folder.path}/.postern/ca.pem`, "utf8");
  const body = readReview("validate-v1-create-pods-1");
  return { records, answer: await callHttps({ port, ca, path: "/c/local/validate?timeout=9s", body }) };
}

describe("postern dev with a cluster of the profile compliance", () => {
  it.each<[what: string, files: Readonly<Record<string, string>>, args: readonly string[]]>([
    ["a gate", { "gate.ts": GATE }, ["--gate", "gate.ts"]],
    [
      "a Worker with workerRecords",
      {
        "functions/gate.ts": GATE,
        "functions/worker.ts": worker(", workerRecords", ", { records: workerRecords() }"),
      },
      [],
    ],
  ])("records the decisions of %s in its folder, where they can be followed and verified", async (_, files, args) => {
    for (const [name, content] of Object.entries(files)) folder.write(name, content);
    const { records, answer } = await answered(...args);
    expect(records).toBe(".postern/records: postern records tail .postern/records");
    const annotations = { receipt: expect.stringMatching(/^[0-9a-f]{64}$/) };
    expect(answer).toMatchObject({
      status: 200,
      body: { response: { allowed: false, auditAnnotations: annotations } },
    });
    const store = `${folder.path}/.postern/records`;
    const verified = await runPostern(["records", "verify", "--key", `${folder.path}/.postern/records.jwks`, store]);
    expect(verified).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^local: 1 record in 1 batch, no findings\n/),
    });
    const tail = new PosternProcess(["records", "tail", store], folder.path);
    await tail.says(/^\S+ local denied {2}CREATE Pod .*: no: never$/m);
    tail.kill();
    await tail.ended;
  });

  it("says that a Worker without workerRecords has no store", async () => {
    folder.write("functions/gate.ts", GATE);
    folder.write("functions/worker.ts", worker("", ""));
    const { records, answer } = await answered();
    expect(records).toBe("none: functions/worker.ts has no workerRecords(); calls get 503");
    expect(answer).toMatchObject({ status: 503, body: { error: { code: "not-recorded" } } });
  });
});
