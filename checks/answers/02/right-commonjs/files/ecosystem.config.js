export const apps = [
  {
    name: "chat",
    cwd: import.meta.dirname,
    script: "./server.cjs",
    node_args: "--unhandled-rejections=strict",
    instances: 1,
    exec_mode: "fork",
    wait_ready: true,
    listen_timeout: 5000,
    kill_timeout: 3000,
  },
];
