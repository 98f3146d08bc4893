import { mono } from "../mono/mono";
import { pwsh } from "../pwsh/pwsh";
import { standIn } from "./standIn";
import type { Subject } from "./subject";

/** Everything that claims to be the Windows side. */
export const subjects: readonly Subject[] = [standIn, mono, pwsh];
