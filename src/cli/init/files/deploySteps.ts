import type { Project } from "../Project.ts";
import { hasPlaceholder, placeholderFiles } from "./placeholderFiles.ts";

/** How a project is deployed to staging: step 2 of its README. */
export function deploySteps(project: Project): string {
  const { domains, endpoint, mtls } = project;
  const steps = { cloudflare, lambda, node }[project.runtime](project);
  if (project.runtime === "lambda" && endpoint === "function-url")
    return `${steps}

The last command prints the URL. Ask it for \`/readyz\`, and do the same with \`production\`. Then write the host of the URL of production in the place of \`${domains.production}\`, in three files: ${placeholderFiles(project)}.`;
  const hosts = hasPlaceholder(project)
    ? `First write your hosts instead of \`${domains.production}\` and \`${domains.staging}\`, in ${placeholderFiles(project)}.\n\n`
    : "";
  const credential = mtls ? "--cert client.crt --key client.key " : "";
  const who = mtls ? " with a client certificate of the CA in `clients-ca.pem`" : "";
  return `${hosts}${steps}

Then ask it${who}, and do the same with \`production\`:

\`\`\`sh
curl ${credential}https://${domains.staging}/readyz
\`\`\``;
}

function cloudflare({ records, domains }: Project): string {
  const setup = records === "log" ? "" : "npm run setup:staging\n";
  const key =
    records === "compliance"
      ? `npx --no postern records key .secrets/records-key.staging.json > records.staging.jwks
npx wrangler secret put POSTERN_RECORDS_KEY --env staging < .secrets/records-key.staging.json
`
      : "";
  return `The zone of \`${domains.staging}\` is in your account. \`wrangler.toml\` names all bindings and secrets.

\`\`\`sh
npx wrangler login
${setup}npm run deploy:staging
npm run secrets:staging
${key}\`\`\``;
}

function lambda({ name, region, endpoint, mtls, records }: Project): string {
  const put = `aws ssm put-parameter --region ${region}`;
  const zone = endpoint === "api-gateway" ? `${put} --type String --name /${name}/staging/ZONE_ID --value ZONE\n` : "";
  const trust = mtls
    ? `${put} --type String --name /${name}/staging/TRUSTSTORE --value s3://BUCKET/clients-ca.pem\n`
    : "";
  const key =
    records === "compliance"
      ? `npx --no postern records key .secrets/records-key.staging.json > records.staging.jwks
${put} --type SecureString --name /${name}/staging/POSTERN_RECORDS_KEY --value file://.secrets/records-key.staging.json
`
      : "";
  return `With credentials of AWS in the environment. The secrets are in the Parameter Store, and neither in the template nor in the configuration of the function.

\`\`\`sh
${zone}${trust}npm run secrets:staging
${key}npm run deploy:staging
\`\`\``;
}

function node(project: Project): string {
  const { image, domains, records } = project;
  const key =
    records === "compliance"
      ? "npx --no postern records key .secrets/records-key.staging.json > records.staging.jwks\n"
      : "";
  return `\`deploy\` builds the image and pushes it. Run it where \`${domains.staging}\` leads, behind a load balancer that terminates TLS, or with a certificate: \`staging.env\` has the variables. The key is in \`.secrets/signing-key.staging.json\`.${records === "compliance" ? " Decision records are in a volume, which one process has, and are signed with a key of their own." : ""}

\`\`\`sh
npm run deploy:staging
${key}docker run --read-only --env-file staging.env --env POSTERN_SIGNING_KEY="$(cat .secrets/signing-key.staging.json)"${recordsOptions(project)} --publish 8443:8443 ${image}:staging
\`\`\``;
}

/** What a container needs that keeps decision records: their key, and a volume that outlives it. */
function recordsOptions({ name, records }: Project): string {
  return records === "compliance"
    ? ` --env POSTERN_RECORDS_KEY="$(cat .secrets/records-key.staging.json)" --volume ${name}-staging-records:/var/lib/postern`
    : "";
}
