import { createServer } from "node:http";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import express from "express";

const clone = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

export const httpServer = createServer(
  express()
    .use(express.static(join(clone, "page")))
    .use("/client", express.static(join(clone, "node_modules/socket.io-client/dist"))),
);
