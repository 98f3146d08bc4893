import { mono } from "../mono/mono";
import { standIn } from "./standIn";
import type { Subject } from "./subject";

/** Everything that claims to be the Windows side. */
export const subjects: readonly Subject[] = [standIn, mono];
