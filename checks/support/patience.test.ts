import { describe, expect, test } from "vitest";
import { findImpatient } from "./patience.ts";

const LONG = "proxy_read_timeout 60s;";
const SHORT = "proxy_read_timeout 30s;";

describe("a silence is borne", () => {
  test.each([
    "server { location / { proxy_pass http://chat; } }",
    `server { ${LONG} location / { proxy_pass http://chat; } location @session { ${LONG} } }`,
    `${SHORT} server { ${LONG} }`,
    `server { ${SHORT} location / { ${LONG} } location @session { proxy_read_timeout 1m; } }`,
    `server { location / { ${SHORT} } location /socket.io/ { ${LONG} } }`,
    `server { location / { ${LONG} } location = /health { ${SHORT} } location /api { ${SHORT} } }`,
    `server { location ^~ /socket.io { ${LONG} } location ~ \\.io/ { ${SHORT} } }`,
    `server { location = /socket.io/ { ${LONG} } location ^~ /socket.io/ { ${SHORT} } }`,
    `server { # ${SHORT}\n }`,
  ])("by %s", (conf) => {
    expect(findImpatient(conf)).toBeUndefined();
  });
});

describe("nginx hangs up", () => {
  test.each([
    [`server { ${SHORT} }`, ""],
    [`${SHORT} server { listen 3000; }`, ""],
    [`server { ${LONG} location / { ${SHORT} } }`, " in location /"],
    [`server { ${LONG} location / { } location @session { ${SHORT} } }`, " in location @session"],
    [`server { ${SHORT} location / { ${LONG} } location @session { } }`, ""],
    [`server { ${LONG} location "/socket.io/" { ${SHORT} } }`, ' in location "/socket.io/"'],
    [`server { location / { ${LONG} } location ~* SOCKET { ${SHORT} } }`, " in location ~* SOCKET"],
    [`server { listen 80; } server { ${SHORT} }`, ""],
  ])("by %s", (conf, where) => {
    expect(findImpatient(conf)).toBe(`proxy_read_timeout 30s${where}`);
  });
});
