import { describe, expect, test } from "vitest";
import { NotYet } from "../problems.ts";
import { makeFolder } from "../testing/folder.ts";
import { place, readNginxConf, requireListen } from "./nginx-conf.ts";

const PORTS = new Map([
  [3000, 20000],
  [3001, 20001],
  [3002, 20002],
]);

describe("the ports of a file are replaced", () => {
  test.each([
    ["listen 3000;", "listen 20000;"],
    ["listen *:3000 default_server;", "listen *:20000 default_server;"],
    ["listen [::]:3000;", "listen [::]:20000;"],
    ['listen "127.0.0.1:3000";', 'listen "127.0.0.1:20000";'],
    ["server 127.0.0.1:3001;", "server 127.0.0.1:20001;"],
    ["server localhost:3002 weight=3001;", "server localhost:20002 weight=3001;"],
    ["server { listen 3000; }", "server { listen 20000; }"],
    ["proxy_pass http://127.0.0.1:3001;", "proxy_pass http://127.0.0.1:20001;"],
    ["proxy_pass http://[::1]:3001/a:3002;", "proxy_pass http://[::1]:20001/a:3002;"],
    ["location / { proxy_pass 'http://localhost:3002/'; }", undefined],
  ])("in %s", (written, real = "location / { proxy_pass 'http://localhost:20002/'; }") => {
    expect(place(written, PORTS)).toBe(real);
  });
});

describe("nothing is replaced", () => {
  test.each([
    "# listen 3000; and server 127.0.0.1:3001;",
    "listen 30001;",
    "listen 8080;",
    "server backup.example:80;",
    "server_name chat.example:3000;",
    "proxy_pass http://chat;",
    "proxy_pass http://chat/3001;",
    "proxy_set_header X-Port 3000;",
    "proxy_read_timeout 3000;",
    'add_header X-Note "listen 3000; server 127.0.0.1:3001;";',
    "return 200 3000;",
    'set $where "127.0.0.1:3001";',
    "map $remote_port $known { 3001 a; 3002 b; }",
    "constructor 127.0.0.1:3001;",
    "log_format own '$request access_log off;';",
    "# access_log off;",
    "access_log off proxy_pass http://chat;",
    "access_log /var/log/chat.log proxy_pass http://chat;",
    "server { access_log off }",
  ])("in %s", (written) => {
    expect(place(written, PORTS)).toBe(written);
  });
});

test("a comment behind a directive, and the lines, stay as they are", () => {
  const written =
    "upstream chat {\n  server 127.0.0.1:3001; # host a, port 3001\n}\n# listen 3000\n";

  expect(place(written, PORTS)).toBe(written.replace("1:3001;", "1:20001;"));
});

describe("a log of requests of one's own is left out, and the workshop's holds:", () => {
  test.each([
    ["access_log off; listen 80;", " listen 80;"],
    ["server { access_log /var/log/nginx/chat.log main if=$loud; }", "server {  }"],
    ["access_log 'a log;' combined; # access_log off;", " # access_log off;"],
    ["location / { access_log off; proxy_pass http://127.0.0.1:3001; }", undefined],
    ["access_log\n  off\n;\nlisten 3000;", "\n\n\nlisten 20000;"],
  ])("%j", (written, real = "location / {  proxy_pass http://127.0.0.1:20001; }") => {
    expect(place(written, PORTS)).toBe(real);
  });
});

describe("a file that does not listen where people expect the app", () => {
  test("says where it listens instead", () => {
    const conf = "server {\n  # listen 3000;\n  listen 8080;\n}\n";

    expect(() => requireListen(conf)).toThrow(
      "Expected nginx to listen on port 3000. Saw listen 8080 (nginx.conf:3).",
    );
  });

  test("says that it listens nowhere", () => {
    expect(() => requireListen("server { location / { return 200; } }")).toThrow(
      "Expected nginx to listen on port 3000. Saw no listen in any server.",
    );
  });

  test("may have further servers besides", () => {
    expect(() => requireListen("server { listen 80; } server { listen 3000; }")).not.toThrow();
  });
});

test("a file that is missing is told as such", () => {
  using folder = makeFolder();

  expect(() => readNginxConf(folder.path)).toThrow(NotYet);
  expect(() => readNginxConf(folder.path)).toThrow("Saw no such file.");
});
