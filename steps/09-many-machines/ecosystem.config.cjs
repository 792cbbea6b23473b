module.exports = {
  apps: [
    {
      name: "chat",
      cwd: __dirname,
      script: "server.ts",
      interpreter: "node",
      // TypeScript as it is; and a rejection that nobody handles ends the process, as it should.
      node_args: ["--import", "tsx", "--unhandled-rejections=strict"],
      exec_mode: "cluster",
      instances: 2,
      // "online" means that the app has said so, or that listen_timeout is over.
      wait_ready: true,
      listen_timeout: 5000,
      // From SIGINT to SIGKILL.
      kill_timeout: 3000,
    },
  ],
};
