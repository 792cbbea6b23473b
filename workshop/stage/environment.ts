/** What npm, vitest, pm2 and the workshop itself put into a process's environment. */
const OURS =
  /^(npm_|VITEST|TEST$|NODE_ENV$|NODE_OPTIONS$|NODE_APP_INSTANCE$|NODE_CLUSTER_|NODE_UNIQUE_ID$|PM2_|pm_|PORT$|INIT_CWD$|WORKSHOP_RUN$|HOST_NAME$|VITE|MODE$|DEV$|PROD$|SSR$|BASE_URL$)/;

/** This process's environment as the learner's app would find it when started by hand. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !OURS.test(name)));
}
