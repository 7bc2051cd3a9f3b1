import type { Project } from "../Project.ts";

/** The workflow of GitHub: types, tests, the review of manifests, and a deployment that changes nothing. */
export function workflowText({ runtime }: Project): string {
  const what = { cloudflare: "wrangler deploy --dry-run", lambda: "osls package", node: "docker build" }[runtime];
  return `name: gate
on:
  push: { branches: [main] }
  pull_request:
permissions: { contents: read }
concurrency:
  group: gate-\${{ github.ref }}
  cancel-in-progress: true
jobs:
  gate:
    runs-on: ubuntu-24.04
    timeout-minutes: 15
    steps:
      # Renovate and Dependabot can pin actions by the hash of a commit, and keep them up to date.
      - uses: actions/checkout@v4
        with: { persist-credentials: false }
      - uses: actions/setup-node@v4
        with: { node-version: 24, cache: npm }
      # From package-lock.json, which the first npm install writes: commit it.
      - run: npm ci
      - name: types
        run: npm run types
      - name: tests
        run: npm test -- --coverage
      - name: review of manifests
        run: npm run --silent review -- --output github
      - name: staging, ${what}
        run: npm run check:staging
      - name: production, ${what}
        run: npm run check:production
`;
}
