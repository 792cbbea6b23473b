export default {
  apps: [
    {
      name: "websocket-chat",
      script: "server.cjs",
      node_args: "--unhandled-rejections=strict",
      exec_mode: "cluster",
      instances: 4,
      wait_ready: true,
      listen_timeout: 5000,
      kill_timeout: 3000,
    },
  ],
};
