/** The verbs, in the order in which the help shows them. */
import type { DeclareVerb } from "../context";
import { check } from "./check";
import { collect } from "./collect";
import { connect } from "./connect";
import { cost } from "./cost";
import { identity } from "./identity";
import { list } from "./list";
import { map } from "./map";
import { probe } from "./probe";
import { repair } from "./repair";
import { start } from "./start";
import { status } from "./status";
import { stop } from "./stop";

export const verbs: readonly DeclareVerb[] = [
  list,
  status,
  start,
  stop,
  connect,
  check,
  repair,
  identity,
  collect,
  cost,
  map,
  probe,
];
