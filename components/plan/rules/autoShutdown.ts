import { received } from "../findings";
import { rule } from "./rule";

const source = "azure-native's declarations of types, devtestlab";

/** The time of day at which a machine is switched off. */
export const shutdownTime = rule(
  { id: "SCHEDULE-TIME", source: `${source}; the time as HHmm` },
  (_path, time: string | undefined) =>
    typeof time === "string" && /^([01][0-9]|2[0-3])[0-5][0-9]$/.test(time)
      ? []
      : [`${time === undefined ? "is missing" : `is ${received(time)}`}; write "1900" for 19:00`],
);

/** How long before that somebody is told. */
export const shutdownNotice = rule({ id: "SCHEDULE-NOTICE", source }, (_path, minutes: number) =>
  minutes >= 15 && minutes <= 120 ? [] : [`is ${received(minutes)}; allowed are 15 to 120`],
);

/** Whoever says when to write says to whom. */
export const shutdownRecipient = rule(
  { id: "SCHEDULE-RECIPIENT", source: "without a recipient the minutes mean nothing" },
  (_path, email: string | undefined, minutes: number | undefined) =>
    minutes !== undefined && email === undefined
      ? ["is missing; notifyMinutes says when to write, this says to whom"]
      : [],
);

/** Addresses of e-mail, separated by semicolons. */
export const shutdownEmail = rule(
  { id: "SCHEDULE-EMAIL", source: `${source}: emailRecipient` },
  (_path, email: string) =>
    email.split(";").every((one) => /^[^\s@;,]+@[^\s@;,]+\.[^\s@;,.]+$/.test(one.trim()))
      ? []
      : [
          `is ${received(email)}; it is an address such as ada@example.org, or several with semicolons between them`,
        ],
);
