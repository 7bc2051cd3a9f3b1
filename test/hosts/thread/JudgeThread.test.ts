import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import type { ApartAnswer } from "../../../src/gate/GateDependencies.ts";
import { JudgeThread, type JudgeThreadOptions } from "../../../src/hosts/thread/JudgeThread.ts";
import type { Identity } from "../../../src/identity/Identity.ts";
import type { Decision } from "../../../src/records/decision/decisionSchema.ts";
import { RecordError } from "../../../src/records/RecordError.ts";
import type { Recorder } from "../../../src/records/writer/Recorder.ts";
import { Counters } from "../../../src/telemetry/Counters.ts";
import { readReview } from "../../fixtures/readReview.ts";
import { memoryLog } from "../../gate/gateCall.ts";
import { eventually } from "../../run/eventually.ts";

const MEBIBYTE = 1024 * 1024;
const REVIEW = readReview("validate-v1-create-pods-2");
/** A machine under load starts a thread in seconds. */
const MINUTE = 60_000;

let thread: JudgeThread | undefined;
afterEach(() => thread?.stop());

const start = (more: Partial<JudgeThreadOptions> = {}) => {
  const log = memoryLog();
  const counters = new Counters();
  const started = new JudgeThread({
    script: fileURLToPath(new URL("threadScript.ts", import.meta.url)),
    args: [],
    heapBytes: 64 * MEBIBYTE,
    waitingBytes: MEBIBYTE,
    certificateSerial: () => undefined,
    counters,
    log,
    ...more,
  });
  thread = started;
  return { thread: started, log, counters };
};
const call = (what: string, remainingMs = MINUTE, path = "/c/local/validate") => {
  const bytes = new TextEncoder().encode(REVIEW.replace('"labels":{', `"labels":{"do":"${what}",`));
  const body = [bytes.slice(0, 100), bytes.slice(100)];
  const identity: Identity = { tier: "none" };
  return { url: `https://gate.example${path}`, body, bytes: bytes.byteLength, remainingMs, identity };
};
const denied = (message: string) => ({ response: { allowed: false, status: { message } } });
const answerOf = async (answer: ApartAnswer): Promise<unknown> => (typeof answer === "string" ? answer : answer.json());
const OVERLOADED = expect.objectContaining({ name: "GateError", code: "overloaded" });

describe("JudgeThread", { timeout: 2 * MINUTE }, () => {
  it("answers as the gate does, one call after the other", async () => {
    const { thread: judge } = start();
    const answers = [judge.judge(call("wait")), judge.judge(call("")), judge.judge(call(""))];
    expect(await Promise.all(answers.map(async (it) => answerOf(await it)))).toMatchObject([
      denied("busy: waited"),
      denied("busy: judged"),
      denied("busy: judged"),
    ]);
  });

  it("answers errors of the gate with their status, and counts unknown entries", async () => {
    const { thread: judge, counters } = start();
    const unknown = await judge.judge(call("", MINUTE, "/c/other/validate"));
    expect(unknown).toMatchObject({ status: 401 });
    await judge.judge(call("", MINUTE, "/c/local/validate/other"));
    expect(counters.of("unknown_entry")).toBe(1);
  });

  it("hands decisions to the process, and waits for their receipt where the cluster needs one", async () => {
    const later: Decision[] = [];
    const recorded: Decision[] = [];
    let fault: Error | undefined;
    const records: Recorder = {
      later: (decide) => void decide().then((decision) => later.push(decision)),
      now: async (decision) => {
        if (fault !== undefined) throw fault;
        recorded.push(decision);
        return { leaf: "ab".repeat(32), seq: 0 };
      },
    };
    const { thread: judge, log } = start({ records });
    const strict = call("", MINUTE, "/c/strict/validate");
    expect(await answerOf(await judge.judge(strict))).toMatchObject({
      response: { allowed: false, auditAnnotations: { receipt: "ab".repeat(32) } },
    });
    expect(recorded).toMatchObject([{ cluster: "strict", verdict: { allowed: false } }]);
    fault = new RecordError("store-unavailable", "the disk is full");
    expect(await judge.judge(call("", MINUTE, "/c/strict/validate"))).toMatchObject({ status: 503 });
    expect(log.lines).toMatchObject([{ level: "warn", properties: { cluster: "strict", error: fault } }]);
    await judge.judge(call(""));
    // After the answer.
    await eventually("the other decision", () => later[0]);
    expect(later).toMatchObject([{ cluster: "local", verdict: { allowed: false } }]);
  });

  it("says too-costly for a review that takes all memory, and judges the next one", async () => {
    const { thread: judge, log } = start();
    const answers = await Promise.all([judge.judge(call("hoard")), judge.judge(call(""))]);
    expect(await Promise.all(answers.map(answerOf))).toMatchObject(["too-costly", denied("busy: judged")]);
    expect(log.lines).toMatchObject([{ level: "warn", properties: { code: "ERR_WORKER_OUT_OF_MEMORY" } }]);
  });

  it("judges the next review after the record of the last one, which holds its memory", async () => {
    const events: unknown[] = [];
    const { thread: judge } = start({
      records: { later: (decide) => void decide().then(({ verdict }) => events.push(verdict.allowed)) },
    });
    const first = judge.judge(call("record slowly"));
    const next = judge.judge(call("")).then(() => events.push("next"));
    await Promise.all([first.then(() => events.push("first")), next]);
    expect(events.slice(0, 3)).toEqual(["first", false, "next"]);
  });

  it("judges the next review in another thread when a record takes all memory", async () => {
    const { thread: judge, log } = start();
    const answers = await Promise.all([judge.judge(call("hoard in the record")), judge.judge(call(""))]);
    expect(await Promise.all(answers.map(answerOf))).toMatchObject([denied("busy: judged"), denied("busy: judged")]);
    expect(log.lines).toMatchObject([{ level: "warn", properties: { code: "ERR_WORKER_OUT_OF_MEMORY" } }]);
  });

  it("rejects a review that is not judged by its deadline, and ends the thread when that goes on", async () => {
    const { thread: judge } = start({ lateMs: 100 });
    // The thread is ready.
    await judge.judge(call(""));
    const late = expect(judge.judge(call("spin", 300))).rejects.toEqual(OVERLOADED);
    const next = judge.judge(call(""));
    await late;
    expect(await answerOf(await next)).toMatchObject(denied("busy: judged"));
  });

  it("keeps a thread that is only late", async () => {
    const { thread: judge, log } = start();
    await judge.judge(call(""));
    await expect(judge.judge(call("wait", 10))).rejects.toEqual(OVERLOADED);
    expect(await answerOf(await judge.judge(call("")))).toMatchObject(denied("busy: judged"));
    expect(log.lines).toEqual([]);
  });

  it("rejects a call when those that wait have too many bytes, or are too many", async () => {
    const { thread: judge } = start({ waitingBytes: 2 * REVIEW.length + 100 });
    const waiting = [judge.judge(call("")), judge.judge(call(""))];
    await expect(judge.judge(call(""))).rejects.toEqual(OVERLOADED);
    await Promise.all(waiting);
    const many = start();
    const calls = Array.from({ length: 33 }, () => many.thread.judge(call("")).catch(({ code }) => code));
    expect((await Promise.all(calls)).filter((it) => it === "overloaded")).toHaveLength(1);
    many.thread.stop();
  });

  it("gives calls back when the script cannot start, with their bodies, and does not try for ever", async () => {
    const { thread: judge, log } = start({ args: ["--broken"] });
    for (let count = 0; count < 5; count += 1) {
      const large = call("");
      expect(await judge.judge(large)).toBe("unavailable");
      expect(large.body.map(({ byteLength }) => byteLength)).toEqual([100, large.bytes - 100]);
    }
    expect(log.lines.filter(({ level }) => level === "error")).toMatchObject([{ message: /loaded a second time/ }]);
    expect(log.lines.filter(({ level }) => level === "warn")).toHaveLength(3);
  });

  it.each<[what: string, status: number, url: string, label: string]>([
    ["a URL that no request can have", 500, "https://u:p@gate.example/c/local/validate", ""],
    ["a policy that leaves a rejected promise", 200, "https://gate.example/c/local/validate", "reject"],
    ["a gate that writes to its parent", 200, "https://gate.example/c/local/validate", "post"],
  ])("lives on after %s", async (_, status, url, label) => {
    const { thread: judge, log } = start();
    expect(await judge.judge({ ...call(label), url })).toMatchObject({ status });
    expect(await answerOf(await judge.judge(call("")))).toMatchObject(denied("busy: judged"));
    expect(log.lines).toEqual([]);
  });

  it("ends the thread when there is nothing to do, and starts another one", async () => {
    const { thread: judge } = start({ idleMs: 1 });
    await judge.judge(call(""));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await answerOf(await judge.judge(call("")))).toMatchObject(denied("busy: judged"));
  });

  it("rejects what waits when it stops", async () => {
    const { thread: judge } = start();
    const waiting = expect(judge.judge(call(""))).rejects.toEqual(OVERLOADED);
    judge.stop();
    await waiting;
  });
});
