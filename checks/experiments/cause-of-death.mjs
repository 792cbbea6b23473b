// @ts-check
/**
 * Loaded into each worker before its own code: says of what it dies. What pm2 prints of an "error" that
 * nobody listens to, and of a rejection that nobody catches, is the same. Whoever catches everything
 * (`process.on`) is told of, too, and lives on.
 */
process.on("uncaughtExceptionMonitor", (_error, origin) => {
  const what = origin === "unhandledRejection" ? "a rejection" : "an exception";
  process.stderr.write(`This worker dies of ${what} that nobody has caught.\n`);
});
