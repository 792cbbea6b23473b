import { fileURLToPath } from "node:url";

export default {
  apps: [
    {
      name: "chat",
      cwd: fileURLToPath(new URL(".", import.meta.url)),
      script: "./server.ts",
      interpreter: process.execPath,
      interpreter_args: ["--import=tsx", "--unhandled-rejections=strict"],
      exec_mode: "fork",
      wait_ready: true,
      listen_timeout: 8000,
      kill_timeout: 4000,
      out_file: "./logs/out.log",
      error_file: "./logs/error.log",
      merge_logs: true,
      log_date_format: "YYYY-MM-DD HH:mm:ss",
    },
  ],
};
