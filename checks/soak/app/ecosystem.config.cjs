module.exports = {
  apps: [
    {
      name: "soak",
      cwd: __dirname,
      script: "server.ts",
      interpreter: "node",
      node_args: ["--import", "tsx", "--unhandled-rejections=strict", "--expose-gc"],
      exec_mode: "cluster",
      instances: 4,
      wait_ready: true,
      listen_timeout: 20_000,
      kill_timeout: 5_000,
      // A worker is restarted as often as the test likes.
      max_restarts: 1_000,
      min_uptime: 100,
    },
  ],
};
