/** The process of the clients: what it does costs the measured servers nothing of their time. */
import { answer } from "../cluster/calls.ts";
import { startLag, stopLag } from "../load/lag.ts";
import { ping, startEcho } from "./echo.ts";
import { closeSession, openSession, post, refuse } from "./requests.ts";
import { broadcasts, connect, flood, hold, release, roundTrips } from "./sockets.ts";

const answers = {
  connect,
  hold,
  release,
  roundTrips,
  flood,
  broadcasts,
  openSession,
  post,
  closeSession,
  refuse,
  ping,
  startEcho,
  startLag,
  stopLag,
};
export type LoadAnswers = typeof answers;

answer(answers);
