import type { Duplex } from "node:stream";

/** sshd's `MaxStartups` 10:30:100: from the tenth unauthenticated connection on, more and more are turned away, from the hundredth all. */
const limits = { begin: 10, rate: 30, full: 100 };

/** The connections of one SSH server that nobody has logged on to yet. */
export interface Startups {
  /**
   * Takes a connection in, and gives the function to call when somebody has logged on; turns it away, with OpenSSH's words, and gives
   * undefined where there are too many.
   */
  enter(socket: Duplex): (() => void) | undefined;
}

/** `random`, from 0 to below 1, decides which of too many are turned away. */
export function openStartups(random: () => number): Startups {
  let unauthenticated = 0;
  const isTooMany = () => {
    if (unauthenticated < limits.begin) return false;
    if (unauthenticated >= limits.full) return true;
    const share = (unauthenticated - limits.begin) / (limits.full - limits.begin);
    return random() * 100 < limits.rate + (100 - limits.rate) * share;
  };
  return {
    enter(socket) {
      if (isTooMany()) {
        socket.end("Exceeded MaxStartups\r\n");
        return undefined;
      }
      unauthenticated += 1;
      let isPending = true;
      const leave = () => {
        if (isPending) unauthenticated -= 1;
        isPending = false;
      };
      socket.once("close", leave);
      return leave;
    },
  };
}
