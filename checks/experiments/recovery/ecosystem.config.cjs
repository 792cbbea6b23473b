module.exports = {
  apps: [
    {
      name: "recovery",
      cwd: __dirname,
      script: "server.ts",
      interpreter: "node",
      node_args: ["--import", "tsx", "--unhandled-rejections=strict"],
      exec_mode: "cluster",
      instances: 2,
      wait_ready: true,
      listen_timeout: 20_000,
      kill_timeout: 5_000,
    },
  ],
};
