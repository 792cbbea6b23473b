/** A command that documents name: a test that runs it, or why none does. */
export type Documented = { command: RegExp } & (
  { test: string; /** What the test's file says when it runs it. */ says: string } | { not: string }
);

const BY_HAND = "typed into a running session; the step's checks ask and break the same by program";
const NETWORK =
  "needs a network, and fills a folder beside the clone; tried by hand, see docs/teaching.md";
const LONG = "takes minutes to hours; its parts are tested in workshop/verify and lab";
const IN_CI = "run by .ci/run before the tests";
const ITSELF = "it is what runs this test";

/** Each command of a document is of one of these kinds, the first that fits. */
export const documented: readonly Documented[] = [
  { command: /^npm (?:install && npm )?test$/, not: ITSELF },
  {
    command: /^npm install(?: && npm run (?:step 1|doctor))?$/,
    not: "run by .ci/run, in a clean clone",
  },
  { command: /^npm (?:ci|install) .*--cache/, not: NETWORK },
  { command: /^tar /, not: NETWORK },
  { command: /^npm run (?:format|lint|typecheck)$/, not: IN_CI },
  { command: /^npm run bench:/, not: LONG },
  { command: /^npm run verify -- --(?:ablation|repeat|resume)/, not: LONG },
  { command: /^npm run verify 10$/, not: "of a step that does not exist yet" },
  { command: /^npm run verify/, test: "workshop/verify.test.ts", says: '"verify"' },
  { command: /^npm run step/, test: "workshop/session.test.ts", says: '"step"' },
  { command: /^npm run solution/, test: "workshop/cli.test.ts", says: '"solution", "3"' },
  { command: /^npm run check 10 /, test: "checks/new-step.test.ts", says: '"check"' },
  { command: /^npm run check/, test: "workshop/check/once.test.ts", says: '"check"' },
  { command: /^npm run hint/, test: "workshop/hints.test.ts", says: '"hint"' },
  { command: /^npm run diff/, test: "workshop/diff.test.ts", says: '"diff"' },
  { command: /^npm run reset/, test: "workshop/copy.test.ts", says: '"reset"' },
  { command: /^npm run progress/, test: "workshop/progress.test.ts", says: '"progress"' },
  { command: /^npm run stop/, test: "workshop/session.test.ts", says: '"stop"' },
  { command: /^npm run doctor$/, test: "checks/documents.test.ts", says: '"doctor"' },
  {
    command: /^npm run doctor -- --fix/,
    not: "installs programs; its parts are tested in workshop/doctor",
  },
  { command: /^npm run slides -- --record/, test: "checks/new-step.test.ts", says: '"--record"' },
  { command: /^npm run slides/, test: "workshop/slides.test.ts", says: '"slides"' },
  { command: /^npm start/, test: "workshop/testing/workbench.ts", says: '"start"' },
  { command: /^npm run lab(?: \[name\])?$/, test: "lab/cli.test.ts", says: "runLab()" },
  { command: /^npm run lab/, not: LONG },
  {
    command: /^npx tsx workshop\/web\/client\/lens\/stand\/draw\.ts/,
    test: "workshop/web/client/lens/pictures.test.ts",
    says: "drawPictures",
  },
  { command: /^npx tsx workshop\/web\/lens\/record\.ts/, not: LONG },
  { command: /^npm run museum/, test: "museum/museum.test.ts", says: '"--act"' },
  { command: /^npm run pm2/, test: "workshop/session.test.ts", says: '"pm2"' },
  { command: /^npm run redis/, test: "workshop/redis.test.ts", says: "runRedis" },
  {
    command: /^npx vitest run checks\/steps/,
    test: "checks/new-step.test.ts",
    says: "steps.test.ts",
  },
  { command: /^npx vitest run/, not: "these tests, by themselves" },
  {
    command: /^(?:curl -s|for i in|node --input-type|npx tsx work\/0[3467]\S+forty-clients)/,
    test: "checks/typed.test.ts",
    says: "curl -s|node --input-type|for i in|npx tsx work\\S+forty-clients",
  },
  { command: /^npx tsx work\//, not: BY_HAND },
  { command: /^(?:kill|for|node|DRILL=1 node)\b/, not: BY_HAND },
  { command: /^git (?:diff|checkout|pull)/, not: "git's own" },
  {
    command: /^(?:forever|redis-server|pm2 (?:start|list|logs))/,
    test: "museum/museum.test.ts",
    says: "acts",
  },
  { command: /^(?:pm2 stop|redis-cli)$/, not: "named, not to be typed" },
];
