import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Load, LoadResult } from "./loadClient.ts";

const run = promisify(execFile);

/** Whether wrk (github.com/wg/wrk) is on PATH. It needs less CPU per request than a client in JavaScript. */
export async function hasWrk(): Promise<boolean> {
  try {
    await run("wrk", ["-v"]);
    return true;
  } catch (error) {
    // `wrk -v` prints its version and exits with 1.
    return (error as NodeJS.ErrnoException).code !== "ENOENT";
  }
}

/** Sends requests for a whole number of seconds from one thread. Rejects when an answer is not a 2xx. */
export async function sendWithWrk({ port, path, body, connections }: Load, seconds: number): Promise<LoadResult> {
  const folder = await mkdtemp(join(tmpdir(), "postern-bench-"));
  try {
    const script = join(folder, "post.lua");
    await writeFile(script, lua(body));
    const url = `https://127.0.0.1:${port}${path}`;
    const { stdout } = await run("wrk", ["-t1", `-c${connections}`, `-d${seconds}s`, "-s", script, url]);
    const [, requests, took] = /(\d+) requests in ([\d.]+)s/.exec(stdout) ?? [];
    if (requests === undefined || took === undefined || /Non-2xx|Socket errors/.test(stdout))
      throw new Error(`an answer to wrk was not a 2xx:\n${stdout}`);
    return { requests: Number(requests), seconds: Number(took), answer: "" };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A script with the request of the API server. JSON cannot contain `]==]`, so the body is a long string. */
function lua(body: string): string {
  return `wrk.method = "POST"
wrk.body = [==[${body}]==]
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Accept"] = "application/json, */*"
wrk.headers["Accept-Encoding"] = "gzip"
wrk.headers["User-Agent"] = "kube-apiserver-admission"
`;
}
