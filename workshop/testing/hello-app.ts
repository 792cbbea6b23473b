/**
 * The files of a small app with two workers. Each request is answered with the host and the number of
 * the worker that it met: `b1`.
 */
export const helloApp: Record<string, string> = {
  "ecosystem.config.cjs": `module.exports = {
    apps: [{ name: "hello", script: "server.cjs", exec_mode: "cluster", instances: 2 }],
  };`,
  "server.cjs": `
    const { createServer } = require("node:http");
    const { HOST_NAME = "", NODE_APP_INSTANCE, PORT } = process.env;
    createServer((request, response) => {
      response.end(HOST_NAME + NODE_APP_INSTANCE);
    }).listen(Number(PORT));
  `,
  "nginx.conf": `
    upstream hello {
      server 127.0.0.1:3001 fail_timeout=1s;
      server 127.0.0.1:3002 fail_timeout=1s;
    }
    server {
      listen 3000;
      location / {
        proxy_pass http://hello;
      }
    }
  `,
};
