import type { Project, Runtime } from "../Project.ts";
import { deploySteps } from "./deploySteps.ts";
import { hasPlaceholder } from "./placeholderFiles.ts";

const TITLES: Readonly<Record<Runtime, string>> = {
  cloudflare: "Cloudflare Workers",
  lambda: "AWS Lambda",
  node: "Node, in a container",
};

/** The README of a project: the next five steps. */
export function readmeText(project: Project): string {
  const { runtime, clusters, domains } = project;
  const [cluster] = clusters;
  const host = hasPlaceholder(project) ? "HOST" : domains.production;
  return `# A gate on ${TITLES[runtime]}

The policies of your Kubernetes clusters, in TypeScript. API servers ask the gate, which runs outside of them, before they store an object. It was written by \`postern init\`, and is yours: change everything.

| file | what it is |
|---|---|
| \`gate.ts\`, \`gate.test.yaml\` | the gate: policies, clusters, modes; and its tests |
| \`policies/\` | your policies, each with its tests. \`npx --no postern new policy NAME --gate gate.ts\` writes another one |
${FILES[runtime]}
| \`manifests/\` | what CI reviews |
| \`sync.yaml\`, \`postern.yaml\` | the config of \`postern sync\`, and of what \`postern install\` puts into the cluster \`${cluster}\` |
| \`.secrets/\` | a key for each environment, which signs self-tests. It is not in Git: keep it in your secret store |
| \`.github/workflows/gate.yml\` | CI: types, tests, the review of manifests, and a deployment that changes nothing |

## The next five steps

**1. Run it.** Commit \`package-lock.json\` afterwards, which CI needs.

\`\`\`sh
npm install
npm test
npm run dev
\`\`\`

\`npm run dev\` serves the gate on https://localhost:8443, and prints how to register it in a cluster on this machine.

**2. Deploy it to staging, and then to production.**

${deploySteps(project)}

${callerSteps(project)}

**5. Keep the cluster in step.** Certificates and URLs change. The sync writes \`caBundle\` and \`url\` before they do. Hand the registrations over and try it from here. Then name its image in \`postern.yaml\`, and install it:

\`\`\`sh
npm run --silent render -- --sync | kubectl apply --context ${cluster} --server-side --field-manager=postern -f -
npx --no postern sync --config sync.yaml --dry-run --context ${cluster}
npx --no postern install --config postern.yaml | kubectl apply --context ${cluster} --server-side -f -
\`\`\`

## Afterwards

- **Enforce the pack.** Remove \`mode: "warn"\` in \`gate.ts\`, deploy, and register again: \`failurePolicy\` follows from the modes.
- **Upgrade.** Install the new tarball: \`npm install ./vendor/postern-VERSION.tgz\`. Read its \`CHANGELOG.md\`, run \`npm test\`, deploy to staging and then to production, and register again.
- **Another cluster.** Add it to \`clusters\` in \`gate.ts\`, deploy, and repeat the steps 3 to 5 with its name: \`npm run --silent render -- --cluster NAME\`, its context, and its \`cluster\` in a copy of \`sync.yaml\` and of \`postern.yaml\`.
- **Many clusters.** \`npx --no postern render --all --gate gate.ts --url https://${host} --out registrations\` writes a folder for each, for a GitOps repository.${host === "HOST" ? " HOST is the host of production, as in step 2." : ""}

The documentation is in \`node_modules/postern/README.md\`.
`;
}

/** Steps 3 and 4. With client certificates, an API server has its own before it calls: until then each call would fail. */
function callerSteps({ mtls, clusters: [cluster] }: Project): string {
  const register = `Register it in a cluster.** In the mode \`warn\` nobody is refused. \`policies/require-team.ts\` enforces: begin with a cluster that may say no.

\`\`\`sh
npm run --silent render | kubectl apply --context ${cluster} --server-side --field-manager=postern -f -
npx --no postern doctor --context ${cluster}
\`\`\``;
  const identify = `Say who may call.** ${mtls ? MTLS : NONE} This prints the settings for \`gate.ts\`, and what to do next:

\`\`\`sh
${
  mtls
    ? `npx --no postern enroll --cluster ${cluster} --tier client-certificate --certificate client.crt
npm run --silent render -- --admission-config`
    : `npx --no postern enroll --cluster ${cluster} --context ${cluster}`
}
\`\`\``;
  const [third, fourth] = mtls ? [identify, register] : [register, identify];
  return `**3. ${third}\n\n**4. ${fourth}`;
}

const NONE = 'With `identity: "none"`, whoever reaches the URL gets verdicts.';
const MTLS =
  "API Gateway verifies the chain of the client certificate. `gate.ts` names the subject that each cluster presents.";

const FILES: Readonly<Record<Runtime, string>> = {
  cloudflare: "| `worker.ts`, `wrangler.toml` | the Worker, and its environments staging and production |",
  lambda: "| `lambda.ts`, `secrets.ts`, `serverless.yml` | the function, its secrets, and its stack for each stage |",
  node: "| `node.ts`, `Dockerfile`, `staging.env`, `production.env` | the process, its image, and its variables |",
};
