import { ENVIRONMENTS, type Environment, type Project, type ProjectFile } from "../Project.ts";

/** What a gate on Node has: its entry, its image, and the variables of each environment. */
export function nodeFiles(project: Project): ProjectFile[] {
  return [
    { path: "node.ts", content: NODE },
    { path: "Dockerfile", content: dockerText(project) },
    { path: ".dockerignore", content: DOCKERIGNORE },
    ...ENVIRONMENTS.map((environment) => ({
      path: `${environment}.env`,
      content: environmentText(project, environment),
    })),
  ];
}

const NODE = `import { serveGate } from "postern/node";
import gate from "./gate.ts";

// Its settings are the variables of staging.env and production.env.
process.exitCode = await serveGate(gate, process.env);
`;

function dockerText({ image, records }: Project): string {
  // A volume gets its owner from the folder of the image.
  const volume =
    records === "compliance"
      ? `COPY --from=build --chown=65532:65532 /records /var/lib/postern\nVOLUME ["/var/lib/postern"]\n`
      : "";
  return `# The gate: Node and one file, without a shell and a package manager.
#   docker build --tag ${image}:staging .
# Step 2 of README.md has the command that runs it.
# A tag can be moved to another image. Name the base images by digest before production: IMAGE:TAG@sha256:DIGEST, which this prints:
#   docker buildx imagetools inspect IMAGE:TAG --format '{{.Manifest.Digest}}'
ARG BUILD_IMAGE=node:24-trixie-slim
ARG RUNTIME_IMAGE=gcr.io/distroless/nodejs24-debian13:nonroot

FROM \${BUILD_IMAGE} AS build
WORKDIR /src
COPY . .
RUN npm ci --no-audit --no-fund && npm run types && npm test && npm run build${records === "compliance" ? " && mkdir /records" : ""}

FROM \${RUNTIME_IMAGE}
COPY --from=build /src/dist/node.mjs /gate.mjs
# glibc gives the memory of large bodies back to the system.
ENV MALLOC_ARENA_MAX=2 MALLOC_MMAP_THRESHOLD_=131072 MALLOC_TRIM_THRESHOLD_=131072
${volume}# 65532 is nonroot. A number, because runAsNonRoot cannot check a name.
USER 65532:65532
EXPOSE 8443
# One helper thread of V8: large reviews then delay the others less where cores are few.
ENTRYPOINT ["/nodejs/bin/node", "--v8-pool-size=1", "/gate.mjs"]
`;
}

const DOCKERIGNORE = `node_modules
dist
.git
.github
.postern
.secrets
*.env
*.pem
*.key
*-keys.json
token
`;

function environmentText({ domains, records }: Project, environment: Environment): string {
  const stores =
    records === "compliance"
      ? `# Decision records: a volume that one process has.
POSTERN_RECORDS_DIR=/var/lib/postern
POSTERN_RECORDS_KEEP_DAYS=30
`
      : "";
  const key =
    records === "compliance"
      ? `#   POSTERN_RECORDS_KEY      signs decision records: npx --no postern records key .secrets/records-key.${environment}.json\n`
      : "";
  return `# The variables of the gate in ${environment}, for docker run --env-file. Secrets are not in this file. The process gets them from the
# secret store of your platform:
#   POSTERN_SIGNING_KEY      signs self-tests: .secrets/signing-key.${environment}.json
${key}#   POSTERN_CAPABILITY_KEYS  with the tier capability(): npx --no postern keys new --out capability-keys.json
POSTERN_PORT=8443
# Without a certificate it serves plain HTTP, for a load balancer that terminates TLS. The API server itself calls only https.
# POSTERN_CERT=/tls/tls.crt
# POSTERN_KEY=/tls/tls.key
# The host of the gate's URL, for tokens.
POSTERN_HOSTS=${domains[environment]}
# The addresses of the load balancer. Without them, all callers share one limit.
# POSTERN_TRUSTED_PROXIES=10.0.0.0/8
# /metrics, /healthz and /readyz, for your network only.
POSTERN_METRICS_PORT=9090
POSTERN_VERDICT_LINES=1
${stores}`;
}
