import "./chat.ts";
import { PORT } from "./config.ts";
import { httpServer } from "./web.ts";

httpServer.on("listening", () => console.log("up on", PORT));
httpServer.listen({ port: PORT });
