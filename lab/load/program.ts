/** One of the processes of the clients. What it does costs the measured servers nothing of their time. */
import { answer } from "../cluster/calls.ts";
import { arrive, depart, persist, stay } from "./arrivals.ts";
import { attend, countHeard, hear, leave, listen, speak } from "./audience.ts";
import {
  disperse,
  forget,
  gather,
  heardSoFar,
  isBack,
  isThere,
  over,
  settle,
  strike,
} from "./crowd.ts";
import { startLag, stopLag } from "./lag.ts";

const answers = {
  arrive,
  persist,
  stay,
  depart,
  attend,
  leave,
  listen,
  speak,
  countHeard,
  hear,
  gather,
  isThere,
  forget,
  strike,
  over,
  isBack,
  heardSoFar,
  settle,
  disperse,
  startLag,
  stopLag,
};
export type LoadAnswers = typeof answers;

answer(answers);
