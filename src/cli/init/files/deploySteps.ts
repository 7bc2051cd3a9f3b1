import type { Project } from "../Project.ts";

/** How a project is deployed to staging: step 2 of its README. */
export function deploySteps(project: Project): string {
  const { domains, endpoint } = project;
  const steps = { cloudflare, lambda, node }[project.runtime](project);
  const url =
    project.runtime === "lambda" && endpoint === "function-url"
      ? "The last command prints the URL. Write its host into `sync.yaml`, and into the script `render` of `package.json`. Then ask it for `/readyz`, and do the same with `production`."
      : `Then ask it, and do the same with \`production\`:

\`\`\`sh
curl https://${domains.staging}/readyz
\`\`\``;
  return `${steps}\n\n${url}`;
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

function node({ image, domains }: Project): string {
  return `\`deploy\` builds the image and pushes it. Run it where \`${domains.staging}\` leads, behind a load balancer that terminates TLS, or with a certificate: \`staging.env\` has the variables. The key is in \`.secrets/signing-key.staging.json\`.

\`\`\`sh
npm run deploy:staging
docker run --read-only --env-file staging.env --env POSTERN_SIGNING_KEY="$(cat .secrets/signing-key.staging.json)" --publish 8443:8443 ${image}:staging
\`\`\``;
}
