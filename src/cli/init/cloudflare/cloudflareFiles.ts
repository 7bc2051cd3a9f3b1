import type { Project, ProjectFile } from "../Project.ts";
import { wranglerText } from "./wranglerText.ts";

/** What a gate on Cloudflare Workers has: its entry and its config. */
export function cloudflareFiles(project: Project): ProjectFile[] {
  return [
    { path: "worker.ts", content: WORKERS[project.records] },
    { path: "wrangler.toml", content: wranglerText(project) },
  ];
}

const WORKERS: Readonly<Record<Project["records"], string>> = {
  log: `import { createWorker } from "postern/gate";
import gate from "./gate.ts";

export default createWorker(gate);
`,
  latency: `import { createWorker, workerRecords } from "postern/gate";
import gate from "./gate.ts";

// workerRecords takes the records from the queue and writes them into the bucket.
export default createWorker(gate, { records: workerRecords() });
`,
  compliance: `import { createWorker, RecordsObject, workerRecords } from "postern/gate";
import gate from "./gate.ts";

// The class of the Durable Objects: one for each cluster.
export { RecordsObject };

export default createWorker(gate, { records: workerRecords() });
`,
};
