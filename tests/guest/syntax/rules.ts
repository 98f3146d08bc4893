import {
  availableEverywhere,
  explicitDepth,
  knownParameters,
  namedArguments,
  namedErrorAction,
  nullOnTheLeft,
  onlyKnownCommands,
  ownFunctionsCalledRight,
} from "./calls";
import { noHostWriting, noLeakedResults, quietEntries } from "./output";
import { exitCodesLookedAt, startedProcessesLookedAt } from "./programs";
import type { Rule } from "./script";
import { requestStaysWhole, secretsStayInside } from "./secrets";
import {
  approvedVerbsOnly,
  asciiWithLineFeeds,
  formatsInParentheses,
  helpOnEveryFunction,
  noEvaluation,
  parses,
  standardInputUntouched,
  strictEntries,
} from "./style";

/** Every rule, by what holds where it finds nothing. */
export const rules: Record<string, Rule> = {
  "parse without an error": parses,
  "are ASCII with line feeds": asciiWithLineFeeds,
  "call only listed commands and own functions, by full name": onlyKnownCommands,
  "use nothing that some Windows or edition lacks without asking": availableEverywhere,
  "give arguments by name": namedArguments,
  "give cmdlets only listed parameters": knownParameters,
  "give own functions what they have and need": ownFunctionsCalledRight,
  "name the error action where a cmdlet does not see the script's": namedErrorAction,
  "convert to JSON with an explicit depth": explicitDepth,
  "compare with $null on the left": nullOnTheLeft,
  "put formats among a method's arguments in parentheses": formatsInParentheses,
  "define functions with approved verbs": approvedVerbsOnly,
  "define functions with help": helpOnEveryFunction,
  "set strict mode and preferences where they run by themselves": strictEntries,
  "leave standard input to the entry": standardInputUntouched,
  "never run text": noEvaluation,
  "never write to the host": noHostWriting,
  "write to standard output only through the console": quietEntries,
  "let no method's result slip into a function's": noLeakedResults,
  "look at every program's exit code": exitCodesLookedAt,
  "look at the exit code of started processes": startedProcessesLookedAt,
  "keep secrets off command lines, texts and files": secretsStayInside,
  "keep the request off command lines, texts and files": requestStaysWhole,
};
