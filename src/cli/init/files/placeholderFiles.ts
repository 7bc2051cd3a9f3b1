import type { Project, Runtime } from "../Project.ts";
import { DEFAULT_DOMAIN } from "../readProject.ts";

/** The files of a runtime that name the host of the gate, beside those of each project. */
const OF_RUNTIME: Readonly<Record<Runtime, string>> = {
  cloudflare: "`wrangler.toml`",
  lambda: "`serverless.yml`",
  node: "`staging.env` and `production.env`",
};

/** Whether the hosts of a project are examples: nobody has named one. */
export function hasPlaceholder({ domains }: Project): boolean {
  return domains.production === DEFAULT_DOMAIN;
}

/** The files that name the hosts of a project, and where. */
export function placeholderFiles({ runtime, endpoint }: Project): string {
  const own = runtime === "lambda" && endpoint === "function-url" ? "" : `${OF_RUNTIME[runtime]}, `;
  return `${own}\`sync.yaml\` (\`url\` and \`hosts\`), \`postern.yaml\` (\`hosts\`) and \`package.json\` (the script \`render\`)`;
}
