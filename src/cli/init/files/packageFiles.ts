import type { Project, ProjectFile, Runtime, Versions } from "../Project.ts";

/** package.json, tsconfig.json and .gitignore. */
export function packageFiles(project: Project, versions: Versions, spec: string): ProjectFile[] {
  return [
    { path: "package.json", content: packageText(project, versions, spec) },
    { path: "tsconfig.json", content: TSCONFIG },
    { path: ".gitignore", content: GITIGNORE },
  ];
}

/** What a project needs beside this package. */
const PACKAGES: Readonly<Record<Runtime, readonly string[]>> = {
  cloudflare: ["wrangler"],
  lambda: ["@aws-sdk/client-dynamodb", "@aws-sdk/client-s3", "esbuild", "osls"],
  node: ["esbuild"],
};
/** `miniflare` is the runtime of `postern dev`, and `node` the Node of the scripts, whatever the machine has. */
const OF_ALL = ["@types/node", "miniflare", "node", "typescript"];
/** Packages with an installation script that a project needs (npm, allow-scripts). */
const WITH_SCRIPTS: Readonly<Record<Runtime, readonly string[]>> = {
  cloudflare: ["esbuild", "node", "workerd"],
  lambda: ["es5-ext", "esbuild", "node", "workerd"],
  node: ["esbuild", "node", "workerd"],
};
/** All clients of the SDK are published together. This package has no use for that of SSM. */
const SSM = "@aws-sdk/client-ssm";

function packageText(project: Project, versions: Versions, spec: string): string {
  const { runtime } = project;
  const names = [...PACKAGES[runtime], ...OF_ALL];
  const development = Object.fromEntries(names.map((name) => [name, versions(name)]));
  if (runtime === "lambda") development[SSM] = versions("@aws-sdk/client-dynamodb");
  const manifest = {
    name: project.name,
    private: true,
    type: "module",
    scripts: scriptsOf(project),
    dependencies: { postern: spec },
    devDependencies: Object.fromEntries(Object.entries(development).sort(([a], [b]) => (a < b ? -1 : 1))),
    engines: { node: ">=22.12" },
    allowScripts: Object.fromEntries(WITH_SCRIPTS[runtime].map((name) => [name, true])),
  };
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}

function scriptsOf(project: Project): Record<string, string> {
  const [cluster] = project.clusters;
  return {
    dev: "postern dev --gate gate.ts",
    test: "postern test",
    types: "tsc",
    review: `postern review --gate gate.ts --cluster ${cluster} manifests`,
    render: `postern render --gate gate.ts --cluster ${cluster} --url https://${project.domains.production}`,
    ...SCRIPTS[project.runtime](project),
  };
}

type Scripts = (project: Project) => Record<string, string>;

const SCRIPTS: Readonly<Record<Runtime, Scripts>> = {
  cloudflare: ({ name, records }) => ({
    build: "wrangler deploy --dry-run --env production --outdir dist",
    ...each("check", (stage) => `wrangler deploy --dry-run --env ${stage}`),
    ...(records === "log" ? {} : each("setup", (stage) => setupOf(`${name}-${stage}`, records))),
    ...each(
      "secrets",
      (stage) => `wrangler secret put POSTERN_SIGNING_KEY --env ${stage} < .secrets/signing-key.${stage}.json`,
    ),
    ...each("deploy", (stage) => `wrangler deploy --env ${stage}`),
  }),
  lambda: ({ name, region }) => ({
    build: `esbuild lambda.ts --bundle --minify --platform=node --format=esm --target=es2023 --external:@aws-sdk/* --define:process.env.NODE_ENV=\\"production\\" --outfile=build/lambda.mjs`,
    ...each("check", (stage) => `npm run build && osls package --stage ${stage} --package build/${stage}`),
    ...each(
      "secrets",
      (stage) =>
        `aws ssm put-parameter --region ${region} --overwrite --type SecureString --name /${name}/${stage}/POSTERN_SIGNING_KEY --value file://.secrets/signing-key.${stage}.json`,
    ),
    ...each("deploy", (stage) => `npm run build && osls deploy --stage ${stage}`),
  }),
  node: ({ image }) => ({
    build: `esbuild node.ts --bundle --minify --platform=node --format=esm --target=es2023 --define:process.env.NODE_ENV=\\"production\\" --banner:js="import{createRequire as __create}from'node:module';const require=__create(import.meta.url);" --outfile=dist/node.mjs`,
    start: "node dist/node.mjs",
    serve: "postern serve --gate gate.ts",
    ...each("check", (stage) => `docker build --tag ${image}:${stage} .`),
    ...each("deploy", (stage) => `docker build --tag ${image}:${stage} . && docker push ${image}:${stage}`),
  }),
};

/** A script for each environment, such as `deploy:staging`. */
function each(verb: string, scriptOf: (stage: string) => string): Record<string, string> {
  return { [`${verb}:staging`]: scriptOf("staging"), [`${verb}:production`]: scriptOf("production") };
}

/** Makes the stores of records. KV namespaces are made by the first deployment. */
function setupOf(name: string, records: Project["records"]): string {
  return records === "compliance"
    ? `wrangler r2 bucket create ${name}-records && wrangler r2 bucket lock add ${name}-records keep --retention-days 30`
    : `wrangler r2 bucket create ${name}-latency && wrangler queues create ${name}-records`;
}

const TSCONFIG = `{
  "compilerOptions": {
    "target": "es2023",
    "lib": ["ES2024", "DOM", "DOM.Iterable"],
    "module": "nodenext",
    "moduleDetection": "force",
    "types": ["node"],
    "strict": true,
    "noUncheckedIndexedAccess": true,
    "noImplicitReturns": true,
    "erasableSyntaxOnly": true,
    "verbatimModuleSyntax": true,
    "allowImportingTsExtensions": true,
    "skipLibCheck": true,
    "noEmit": true
  },
  "include": ["*.ts", "policies"]
}
`;

const GITIGNORE = `node_modules/
build/
dist/
.postern/
.serverless/
.wrangler/
# Secrets.
.secrets/
.dev.vars*
.env*
*.pem
*.key
*-keys.json
token
`;
